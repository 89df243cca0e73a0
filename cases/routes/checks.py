"""Cross-checks of a whole pack: what no single value can tell."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from cases.gates import GATES
from cases.routes.condition_checks import condition_faults, fact_fault
from cases.routes.evidence_checks import PARTS, evidence_faults
from cases.routes.faults import Fault, Place
from cases.routes.paper_checks import paper_faults
from cases.routes.reminder_checks import escalation_faults, repeat_faults
from cases.routes.schema import Pack, ReminderRule, Requirement, Rule
from cases.routes.sources import Sources

# Facts that answers bring and that live on the case itself.
CASE_FIELDS = frozenset({"planned_hand_in"})

MOST_DAYS = 1830  # five years


def check_pack(pack: Pack, sources: Sources) -> list[Fault]:
    return [
        *_codes(pack),
        *_graph(pack),
        *(fault for at, one in enumerate(pack.requirements) for fault in _requirement(pack, one, ("requirements", at))),
        *(fault for at, one in enumerate(pack.rules) for fault in _rule(pack, one, ("rules", at))),
        *_reminders(pack),
        *_golden(pack),
        *paper_faults(pack),
        *_packet_order(pack),
        *evidence_faults(pack, sources),
        *_chinese(pack.model_dump(exclude={"golden_cases": {"__all__": {"facts"}}}), ()),
    ]


def _codes(pack: Pack) -> Iterator[Fault]:
    for name in PARTS:
        if name == "fees":  # several windows of one fee share its code
            continue
        codes = [one.code for one in getattr(pack, name)]
        yield from (Fault("code_twice", (name, at, "code"), {"code": code}) for at, code in _repeated(codes))
    edges = [f"{move.source}.{move.name}" for move in pack.moves]
    yield from (Fault("code_twice", ("moves", at, "name"), {"code": edge}) for at, edge in _repeated(edges))


def _repeated(codes: list[str]) -> Iterator[tuple[int, str]]:
    seen: Counter[str] = Counter()
    for at, code in enumerate(codes):
        seen[code] += 1
        if seen[code] > 1:
            yield at, code


def _graph(pack: Pack) -> Iterator[Fault]:
    stages = {stage.code for stage in pack.stages}
    named: list[tuple[Place, str]] = [(("first_stage",), pack.first_stage), (("packet_from",), pack.packet_from)]
    for at, move in enumerate(pack.moves):
        named += [(("moves", at, "source"), move.source), (("moves", at, "target"), move.target)]
        for gate in move.gates:
            if gate not in GATES:
                yield Fault("gate_unknown", ("moves", at, "gates"), {"code": gate, "known": ", ".join(GATES)})
    yield from (Fault("stage_unknown", place, {"code": code}) for place, code in named if code not in stages)
    edges = [(move.source, move.target) for move in pack.moves]
    reached = _reach({pack.first_stage}, edges)
    ending = _reach({s.code for s in pack.stages if s.closing}, [(target, source) for source, target in edges])
    for at, stage in enumerate(pack.stages):
        if stage.code not in reached:
            yield Fault("stage_unreachable", ("stages", at), {"code": stage.code})
        if stage.code not in ending:
            yield Fault("stage_without_end", ("stages", at), {"code": stage.code})


def _reach(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    reached = set(start)
    while grown := {target for source, target in edges if source in reached} - reached:
        reached |= grown
    return reached


def _requirement(pack: Pack, one: Requirement, at: Place) -> Iterator[Fault]:
    stage = next((stage for stage in pack.stages if stage.code == one.stage), None)
    if stage is None:
        yield Fault("stage_unknown", (*at, "stage"), {"code": one.stage})
    elif stage.closing:
        yield Fault("stage_closes_with_items", (*at, "stage"), {"code": one.stage})
    fits: dict[str, tuple[bool, tuple[str, ...]]] = {
        "accepts": (bool(one.accepts), ("document",)),
        "in_packet": (one.in_packet, ("document",)),
        "four_eyes": (one.four_eyes, ("document",)),
        "shelf_life": (one.shelf_life is not None, ("document", "physical")),
        "asks_for": (bool(one.asks_for), ("step", "fee")),
        "fills": (bool(one.fills), ("answer", "step")),
    }
    for key, (is_given, kinds) in fits.items():
        if is_given and one.kind not in kinds:
            yield Fault("does_not_fit_kind", (*at, key), {"key": key, "kind": one.kind})
    wanted = {"document": "accepts", "step": "asks_for", "answer": "fills"}.get(one.kind)
    if wanted and not fits[wanted][0]:
        yield Fault("wanted_by_kind", at, {"key": wanted, "kind": one.kind})
    if one.in_packet != (one.packet_order is not None):
        yield Fault("wanted_by_kind", at, {"key": "packet_order", "kind": "in_packet"})
    yield from (fault for path in one.fills if path not in CASE_FIELDS for fault in fact_fault(path, (*at, "fills")))
    yield from condition_faults(one.when, one.reads, at, "when")


def _rule(pack: Pack, one: Rule, at: Place) -> Iterator[Fault]:
    if one.open_question and one.open_question not in {question.code for question in pack.open_questions}:
        yield Fault("question_unknown", (*at, "open_question"), {"code": one.open_question})
    answers = {one.if_true, one.if_false}
    if one.evidence.level == "not_published" and (answers != {"needs_review"} or one.open_question is None):
        yield Fault("unpublished_yet_decides", at)
    if one.evidence.level == "assumed" and one.if_false == "fail" and one.severity == "blocks":
        yield Fault("assumed_yet_blocks", at)
    for result, words in (("pass", one.says.passes), ("fail", one.says.fails), ("needs_review", one.says.needs_review)):
        if result in answers and words is None:
            yield Fault("saying_missing", (*at, "says"), {"result": result})
    yield from condition_faults(one.expression, one.reads, at, "expression", also=one.when)


def _reminders(pack: Pack) -> Iterator[Fault]:
    items, stages = {one.code for one in pack.requirements}, {stage.code for stage in pack.stages}
    for at, one in enumerate(pack.reminders):
        place: Place = ("reminders", at, "trigger")
        trigger = one.trigger
        yield from _too_far(one, ("reminders", at))
        if trigger.item and trigger.item not in items:
            yield Fault("item_unknown", (*place, "item"), {"code": trigger.item})
        if trigger.stage and trigger.stage not in stages:
            yield Fault("stage_unknown", (*place, "stage"), {"code": trigger.stage})
        if trigger.fact:
            yield from fact_fault(trigger.fact, (*place, "fact"), wanted="day")
        if trigger.plus_days_fact:
            yield from fact_fault(trigger.plus_days_fact, (*place, "plus_days_fact"), wanted="number")
        yield from condition_faults(one.when, one.reads, ("reminders", at), "when")
        yield from repeat_faults(one, ("reminders", at))
        yield from escalation_faults(one, ("reminders", at))


def _too_far(one: ReminderRule, at: Place) -> Iterator[Fault]:
    told = {
        "offsets_days": one.offsets_days,
        "due_days": () if one.due_days is None else (one.due_days,),
        "plus_days": (one.trigger.plus_days,),
    }
    for key, numbers in told.items():
        place = (*at, "trigger", key) if key == "plus_days" else (*at, key)
        if any(abs(days) > MOST_DAYS for days in numbers):
            yield Fault("days_too_far", place, {"key": key, "most": str(MOST_DAYS)})


def _golden(pack: Pack) -> Iterator[Fault]:
    if not pack.golden_cases:
        yield Fault("golden_case_missing", ("golden_cases",))
    items, rules = {one.code for one in pack.requirements}, {one.code for one in pack.rules}
    for at, case in enumerate(pack.golden_cases):
        expected = {*case.expects_items.needed, *case.expects_items.unknown, *case.expects_items.not_needed}
        for code in sorted(expected - items):
            yield Fault("item_unknown", ("golden_cases", at, "expects_items"), {"code": code})
        for code in sorted(set(case.expects_findings) - rules):
            yield Fault("rule_unknown", ("golden_cases", at, "expects_findings"), {"code": code})


def _packet_order(pack: Pack) -> Iterator[Fault]:
    orders = [str(one.packet_order or f"none {one.code}") for one in pack.requirements]
    for at, order in _repeated(orders):
        yield Fault("code_twice", ("requirements", at, "packet_order"), {"code": order})


def _chinese(value: Any, place: Place) -> Iterator[Fault]:
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"} and not any("一" <= character <= "鿿" for character in value["zh"]):
            yield Fault("not_chinese", (*place, "zh"))
        for key, part in value.items():
            yield from _chinese(part, (*place, str(key)))
    elif isinstance(value, tuple | list):
        for at, part in enumerate(value):
            yield from _chinese(part, (*place, at))
