"""The checklist in line with what is known: made from the rules of the case, evaluated again when anything changes."""

from datetime import date
from typing import Any

from cases.applicability import Applicability, applicable
from cases.choices import after_choices
from cases.history import record
from cases.models import Case, ChecklistItem, ItemState
from cases.packs import pack_of_case
from cases.routes.expressions import missing
from cases.routes.facts import CandidateFacts, to_cel
from cases.routes.schema import Pack, Requirement
from cases.selectors import facts_of, hand_in_of
from cases.services.locking import name_of
from cases.turn import OpenItem, whose_turn
from relo.core import clock
from relo.core.actors import Actor

PLACEABLE = (ItemState.REQUESTED, ItemState.STARTED, ItemState.SUBMITTED, ItemState.CHANGES_REQUESTED)


def evaluate_checklist(case: Case, actor: Actor) -> None:
    """Bring the items in line with what is known. Inside the transaction of the change that made it necessary.

    An item that fell away is only marked; one that comes back is opened again; a question is settled once every fact
    it asks for is known. A person's waiver or acceptance stands.
    """
    pack = pack_of_case(case)
    items = {item.code: item for item in ChecklistItem.objects.filter(case=case)}
    facts, on = facts_of(case), hand_in_of(case, pack).on
    wanted = _wanted(pack, facts, on, items)
    known = known_of(case, facts, on)
    new = []
    for position, requirement in enumerate(pack.requirements):
        need, item = wanted[requirement.code], items.get(requirement.code)
        if item is None:
            if need.state != "not_needed":
                new.append(item := _new_item(case, pack, requirement, need, position))
        elif need.state == "not_needed" and item.state in PLACEABLE:
            _mark(item, ItemState.NO_LONGER_NEEDED, need)
            record(case=case, kind="item.no_longer_needed", actor=actor, item=item.code)
        elif need.state != "not_needed" and item.state == ItemState.NO_LONGER_NEEDED:
            _mark(item, ItemState.REQUESTED, need)
            record(case=case, kind="item.reopened", actor=actor, item=item.code)
        elif (item.is_undecided, tuple(item.missing_facts)) != (need.state == "unknown", tuple(need.missing)):
            _mark(item, ItemState(item.state), need)
        if item is not None and item.state in PLACEABLE and _is_answered(requirement, known):
            accept(item, actor)
            if item not in new:
                save_item(item)
                record(case=case, kind="item.accepted", actor=actor, item=item.code)
    for code in items.keys() - wanted.keys():  # of rules that the case is no longer on
        if items[code].state in PLACEABLE:
            _mark(items[code], ItemState.NO_LONGER_NEEDED, Applicability(code, "not_needed"))
            record(case=case, kind="item.no_longer_needed", actor=actor, item=code)
    for code, item in items.items():
        is_asked = code in wanted and wanted[code].state != "not_needed"
        if item.is_asked != is_asked:
            item.is_asked = is_asked
            save_item(item)
    ChecklistItem.objects.bulk_create(new)
    if items:  # at opening the whole list is new, and `case.opened` says so
        for item in new:
            record(case=case, kind="item.added", actor=actor, item=item.code)
    derive(case)


def _wanted(pack: Pack, facts: CandidateFacts, on: date, items: dict[str, ChecklistItem]) -> dict[str, Applicability]:
    accepted = {code for code, item in items.items() if item.state == ItemState.ACCEPTED}
    return after_choices(
        pack,
        {row.code: row for row in applicable(pack, facts, on)},
        accepted={code for code in accepted if not items[code].is_over_on(on)},
        waived={code for code, item in items.items() if item.state == ItemState.WAIVED},
    )


def follow(case: Case, pack: Pack, code: str, actor: Actor) -> None:
    """What follows from an item that was settled, or opened again."""
    if pack.choice_of(code) is None:
        derive(case)
    else:
        evaluate_checklist(case, actor)


def derive(case: Case) -> None:
    """Whose turn and how far, as columns of the case."""
    pack = pack_of_case(case)
    stage, position = pack.stage(case.stage), pack.stage_index(case.stage)
    items = list(ChecklistItem.objects.filter(case=case).exclude(state=ItemState.NO_LONGER_NEEDED))
    hand_in_on = hand_in_of(case, pack).on
    open_here = [
        OpenItem(
            pack.requirement(item.code).provider,
            ItemState.REQUESTED if item.is_settled else item.state,  # settled and open: a newer one is needed
            item.is_undecided,
        )
        for item in items
        if item.takes_documents(hand_in_on) and item.stage_position <= position
    ]
    case.whose_turn = "" if stage.closing else whose_turn(stage.acts, open_here)
    case.items_total = len(items)
    case.items_settled = sum(not item.takes_documents(hand_in_on) for item in items)
    case.updated_at = clock.now()
    case.save(update_fields=["whose_turn", "items_total", "items_settled", "updated_at"])


def _new_item(case: Case, pack: Pack, requirement: Requirement, need: Applicability, position: int) -> ChecklistItem:
    return ChecklistItem(
        agency_id=case.agency_id,
        case=case,
        code=requirement.code,
        kind=requirement.kind,
        position=position,
        stage_position=pack.stage_index(requirement.stage),
        is_undecided=need.state == "unknown",
        missing_facts=list(need.missing),
        updated_at=clock.now(),
    )


def known_of(case: Case, facts: CandidateFacts, on: date) -> dict[str, Any]:
    """Everything told, as the rules name it; the planned hand-in is the case's own."""
    return to_cel(facts, on) | ({"planned_hand_in": case.planned_hand_in} if case.planned_hand_in else {})


def _is_answered(requirement: Requirement, known: dict[str, Any]) -> bool:
    return requirement.kind == "answer" and bool(requirement.fills) and not missing(known, requirement.fills)


def accept(item: ChecklistItem, actor: Actor) -> None:
    item.state = ItemState.ACCEPTED
    item.settled_at, item.settled_by = clock.now(), name_of(actor)


def _mark(item: ChecklistItem, state: ItemState, need: Applicability) -> None:
    item.state = state
    item.is_undecided, item.missing_facts = need.state == "unknown", list(need.missing)
    save_item(item)


def save_item(item: ChecklistItem) -> None:
    item.updated_at = clock.now()
    item.save()
