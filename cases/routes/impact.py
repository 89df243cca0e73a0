"""What another pack would do to one case. Pure: the case as it stands is given, and nothing is changed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from cases.applicability import Applicability, applicable
from cases.choices import after_choices
from cases.eligibility import findings
from cases.moves import is_beyond
from cases.reminders import CaseNow, Planned, planned
from cases.routes.comparing import part_strictness
from cases.routes.derived_facts import to_cel
from cases.routes.fact_models import CandidateFacts
from cases.routes.schema import Pack, ReminderRule, Requirement
from cases.routes.strictness import Strictness
from cases.validity import is_undated, valid_until

EffectKind = Literal[
    "stage_gone", "packet_sealed",
    "item_added", "item_may_be_added", "item_falls_away", "item_not_asked", "item_need_changes",
    "item_tightened", "item_loosened", "item_changed",
    "document_stops", "document_serves_again", "document_undated", "accepted_tightened",
    "finding_changes", "hand_in_moves", "reminder_added", "reminder_removed", "reminder_moves", "deadline_moves",
]  # fmt: skip

# A case with one of these cannot be put on the new pack as it stands.
BLOCKING: frozenset[EffectKind] = frozenset({"stage_gone", "packet_sealed"})
OPEN = frozenset({"requested", "started", "submitted", "changes_requested"})
# No more and no less is asked; and whether it is needed at all is told by itself.
UNTOUCHED = frozenset({"evidence", "name", "why", "packet_order", "group", "when", "reads"})


@dataclass(frozen=True, slots=True)
class ItemSnapshot:
    code: str
    state: str
    issued_on: date | None = None
    expires_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class CaseSnapshot:
    """`hand_in_after`: the planned day, or the estimate of the new pack. `now`: the case as its reminders see it.

    `facts_after`: what a post would tell instead; None where the change tells nothing.
    """

    stage: str
    is_sealed: bool
    facts: CandidateFacts
    today: date
    hand_in_before: date
    hand_in_after: date
    items: tuple[ItemSnapshot, ...]
    now: CaseNow
    facts_after: CandidateFacts | None = None

    @property
    def is_asked_anew(self) -> bool:
        """On another day, or with other facts, any condition may answer otherwise."""
        return self.facts_after is not None or self.hand_in_before != self.hand_in_after

    @property
    def new_facts(self) -> CandidateFacts:
        return self.facts if self.facts_after is None else self.facts_after


@dataclass(frozen=True, slots=True)
class Effect:
    """`detail` belongs to what cases share; the days are the case's own, and part of no group."""

    kind: EffectKind
    subject: str = ""
    detail: tuple[str, ...] = ()
    was: date | None = None
    becomes: date | None = None

    @property
    def shared(self) -> tuple[str, ...]:
        return (self.kind, self.subject, *self.detail)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two packs, and the two reduced to what differs: what is the same answers the same, and is not asked again.

    `terms`: by requirement, the fields on which the two packs differ. `reminders`: the rules, old and new, that may
    remind of something else or on another day; `reminded`: the items they look at, None for all of them.
    """

    old: Pack
    new: Pack
    old_changed: Pack
    new_changed: Pack
    terms: Mapping[str, Mapping[str, Strictness]]
    reminders: tuple[tuple[ReminderRule, ...], tuple[ReminderRule, ...]]
    reminded: frozenset[str] | None

    @classmethod
    def of(cls, old: Pack, new: Pack) -> "Comparison":
        same_rules = {rule.code for rule in old.rules if rule in new.rules}
        was = {one.code: one for one in old.requirements}
        was_asked = {code: (one.when, one.reads) for code, one in was.items()}
        same_items = {one.code for one in new.requirements if was_asked.get(one.code) == (one.when, one.reads)}
        same_items -= _choices_that_differ(old, new, same_items)

        def changed(pack: Pack) -> Pack:
            rules = tuple(rule for rule in pack.rules if rule.code not in same_rules)
            items = tuple(one for one in pack.requirements if one.code not in same_items)
            return pack.model_copy(update={"rules": rules, "requirements": items})

        terms = {
            one.code: {name: how for name, how in part_strictness(was[one.code], one).items() if name not in UNTOUCHED}
            for one in new.requirements
            if one.code in was and was[one.code] != one
        }
        rules = _reminders_that_differ(old, new)
        named = [rule.trigger.item for side in rules for rule in side if rule.trigger.event != "stage_entered"]
        every = any(
            rule.trigger.item is None and rule.trigger.event in _OF_EVERY_ITEM for side in rules for rule in side
        )
        reminded = None if every else frozenset(code for code in named if code is not None)
        return cls(old, new, changed(old), changed(new), terms, rules, reminded)


def effects(packs: Comparison, case: CaseSnapshot) -> list[Effect]:
    """In a fixed order, so that the same effect reads the same."""
    if all(stage.code != case.stage for stage in packs.new.stages):
        return [Effect("stage_gone", case.stage)]
    found: list[Effect] = []
    if case.hand_in_before != case.hand_in_after:
        found.append(Effect("hand_in_moves", "", (), case.hand_in_before, case.hand_in_after))
    found += _items(packs, case)
    found += _findings(packs, case)
    found += _reminders(packs, case)
    if case.is_sealed and not (case.now.is_handed_in and all(_is_of_later(effect, packs) for effect in found)):
        return [Effect("packet_sealed"), *found]
    return found


def _is_of_later(effect: Effect, packs: Comparison) -> bool:
    """About what comes after the hand-in, so that nothing is said of what was signed, sealed and handed in."""
    about = effect.kind.partition("_")[0]
    if about in ("reminder", "deadline"):
        return True
    if about not in ("item", "document", "accepted"):
        return False
    for pack in (packs.new, packs.old):
        stage = next((one.stage for one in pack.requirements if one.code == effect.subject), None)
        if stage is not None:
            return is_beyond(pack, stage, "hand_in")
    return False


def group_key(found: Iterable[Effect]) -> str:
    """The same for cases on which a change has the same effect, whatever their days."""
    told = "\n".join(sorted("\t".join(effect.shared) for effect in found))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def blocks_migration(found: Iterable[Effect]) -> bool:
    return any(effect.kind in BLOCKING for effect in found)


def _items(packs: Comparison, case: CaseSnapshot) -> Iterator[Effect]:
    old_packs, new_packs = _asked(packs, case)
    items = {item.code: item for item in case.items}
    needed_before = _needed(old_packs, case.facts, case.hand_in_before, case.items)
    needed_after = _needed(new_packs, case.new_facts, case.hand_in_after, case.items)
    moves = case.hand_in_before != case.hand_in_after
    for requirement in packs.new.requirements:
        code = requirement.code
        item = items.get(code)
        yield from _need(item, code, needed_before.get(code), needed_after.get(code))
        if item is not None and (code in packs.terms or moves):
            need = needed_after.get(code)
            if need is None or need.state != "not_needed":
                yield from _terms(item, packs.terms.get(code, {}), requirement, case)
    kept = {requirement.code for requirement in packs.new.requirements}
    asked_before = {requirement.code for requirement in packs.old.requirements}
    for item in case.items:
        if item.code in asked_before - kept and item.state not in ("waived", "no_longer_needed"):
            yield Effect("item_falls_away" if item.state in OPEN else "item_not_asked", item.code)


def _asked(packs: Comparison, case: CaseSnapshot) -> tuple[Pack, Pack]:
    return (packs.old, packs.new) if case.is_asked_anew else (packs.old_changed, packs.new_changed)


def _need(
    item: ItemSnapshot | None, code: str, before: Applicability | None, after: Applicability | None
) -> Iterator[Effect]:
    if after is None:
        return
    was = before.state if before is not None else "not_needed"
    if item is None or item.state == "no_longer_needed":
        if after.state != "not_needed" and was == "not_needed":
            yield Effect("item_added" if after.state == "needed" else "item_may_be_added", code)
    elif after.state == "not_needed":
        if item.state in OPEN:
            yield Effect("item_falls_away", code)
        elif item.state != "waived" and was != "not_needed":
            yield Effect("item_not_asked", code)
    elif was != after.state and was != "not_needed":
        yield Effect("item_need_changes", code, (was, after.state))


def _terms(
    item: ItemSnapshot, changed: Mapping[str, Strictness], new: Requirement, case: CaseSnapshot
) -> Iterator[Effect]:
    """The same requirement on other terms, or for another day. A waiver stands whatever the terms."""
    if item.state in OPEN or item.state == "cannot_provide":
        for name, how in sorted(changed.items()):
            yield Effect(_TERMS[how], item.code, (name,))
    elif item.state == "accepted":
        until = valid_until(new, item.issued_on, item.expires_on)
        served = item.valid_until is None or item.valid_until >= case.hand_in_before
        serves = until is None or until >= case.hand_in_after
        if "shelf_life" in changed and is_undated(new, item.issued_on, item.expires_on):
            yield Effect("document_undated", item.code)
        elif served != serves:
            yield Effect(
                "document_stops" if served else "document_serves_again", item.code, (), item.valid_until, until
            )
        yield from (
            Effect("accepted_tightened", item.code, (name,))
            for name, how in sorted(changed.items())
            if how == "tightened" and name not in ("shelf_life", "sensitivity")
        )
        if "sensitivity" in changed:  # who may open what was accepted
            yield Effect(_TERMS[changed["sensitivity"]], item.code, ("sensitivity",))


_TERMS: dict[str, EffectKind] = {
    "tightened": "item_tightened",
    "loosened": "item_loosened",
    "changed": "item_changed",
}


def _needed(pack: Pack, facts: CandidateFacts, on: date, items: Iterable[ItemSnapshot]) -> dict[str, Applicability]:
    if not pack.requirements:
        return {}
    good = {item.code for item in items if item.valid_until is None or item.valid_until >= on}
    return after_choices(
        pack,
        {one.code: one for one in applicable(pack, facts, on)},
        accepted={item.code for item in items if item.state == "accepted"} & good,
        waived={item.code for item in items if item.state == "waived"},
    )


def _choices_that_differ(old: Pack, new: Pack, same: Set[str]) -> set[str]:
    """The requirements of each choice that is new or gone, or of which one is asked for otherwise."""
    members = {choice.ways: {code for way in choice.ways for code in way} for choice in (*old.choices, *new.choices)}
    kept = {choice.ways for choice in old.choices} & {choice.ways for choice in new.choices}
    return {code for ways, codes in members.items() if ways not in kept or not codes <= same for code in codes}


def _results(pack: Pack, facts: CandidateFacts, on: date) -> dict[str, str]:
    return {one.code: one.result for one in findings(pack, facts, on)} if pack.rules else {}


def _findings(packs: Comparison, case: CaseSnapshot) -> Iterator[Effect]:
    old_pack, new_pack = _asked(packs, case)
    before = _results(old_pack, case.facts, case.hand_in_before)
    after = _results(new_pack, case.new_facts, case.hand_in_after)
    for code in dict.fromkeys([*after, *before]):
        was, becomes = before.get(code, "not_asked"), after.get(code, "not_asked")
        if was != becomes:
            yield Effect("finding_changes", code, (was, becomes))


def _reminders(packs: Comparison, case: CaseSnapshot) -> Iterator[Effect]:
    """Of what the checklist holds today; what is added will be reminded of by itself."""
    old_rules, new_rules = packs.reminders
    if case.facts_after is not None:
        old_rules, new_rules = packs.old.reminders, packs.new.reminders
    if not old_rules and not new_rules:
        return
    kept = {requirement.code for requirement in packs.new.requirements}
    before, after = _by_duty(old_rules, case.now), _by_duty(new_rules, _now_after(packs.new, case))
    for key in dict.fromkeys([*after, *before]):
        was, becomes = before.get(key, []), after.get(key, [])
        if (key[1] and key[1] not in kept) or all(one.due_on < case.today for one in (*was, *becomes)):
            continue
        subject, about = key[0], (key[1],) if key[1] else ()
        if not was:
            yield Effect("reminder_added", subject, about, None, becomes[0].due_on)
        elif not becomes:
            yield Effect("reminder_removed", subject, about, was[0].due_on, None)
        elif was[0].deadline_on != becomes[0].deadline_on:
            yield Effect("deadline_moves", subject, about, was[0].deadline_on, becomes[0].deadline_on)
        elif [one.due_on for one in was] != [one.due_on for one in becomes]:
            yield Effect("reminder_moves", subject, about, was[0].due_on, becomes[0].due_on)


def _reminders_that_differ(old: Pack, new: Pack) -> tuple[tuple[ReminderRule, ...], tuple[ReminderRule, ...]]:
    """Rules that are not the same, and those about requirements that are not."""
    before, after = ({one.code: one for one in pack.requirements} for pack in (old, new))
    items = {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}
    stages = [stage.code for stage in old.stages] != [stage.code for stage in new.stages]
    all_items = stages or any(
        (before[code].provider, before[code].stage) != (after[code].provider, after[code].stage)
        for code in items & before.keys() & after.keys()
    )

    def affected(rules: tuple[ReminderRule, ...], others: tuple[ReminderRule, ...]) -> tuple[ReminderRule, ...]:
        return tuple(
            rule
            for rule in rules
            if rule not in others
            or (rule.trigger.item is not None and (stages or rule.trigger.item in items))
            or (rule.trigger.item is None and rule.trigger.event in _OF_EVERY_ITEM and all_items)
        )

    return affected(old.reminders, new.reminders), affected(new.reminders, old.reminders)


_OF_EVERY_ITEM = ("item_requested", "changes_requested")


def _by_duty(rules: Iterable[ReminderRule], now: CaseNow) -> dict[tuple[str, str], list[Planned]]:
    found: dict[tuple[str, str], list[Planned]] = {}
    to_candidate = (one for one in planned(rules, now) if one.audience == "candidate")
    for one in sorted(to_candidate, key=lambda one: one.due_on):
        found.setdefault((one.rule.code, one.item), []).append(one)
    return found


def _now_after(new: Pack, case: CaseSnapshot) -> CaseNow:
    """The same case as the reminders of the new pack would see it."""
    requirements = {one.code: one for one in new.requirements}
    positions = {stage.code: at for at, stage in enumerate(new.stages)}
    here = positions[case.stage]
    items = []
    for item in case.now.items:
        requirement = requirements.get(item.code)
        if requirement is not None:
            items.append(
                replace(
                    item,
                    provider=requirement.provider,
                    is_reached=positions[requirement.stage] <= here,
                    valid_until=valid_until(requirement, item.issued_on, item.expires_on)
                    if item.state == "accepted"
                    else item.valid_until,
                )
            )
    facts = case.now.facts if case.facts_after is None else to_cel(case.facts_after, case.hand_in_after)
    return replace(case.now, items=tuple(items), facts=facts)
