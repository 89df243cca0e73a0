"""Applications under one case: ending one with all that was used, and beginning the next."""

import json
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.attempts import attempt_number
from cases.history import record
from cases.models import Attempt, AuthorityDecision, Case, ChecklistItem, ItemState, Outcome
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.selectors import facts_of, items_of
from cases.services.candidates import checked_facts
from cases.services.checklist import take_back
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import lock_case, name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Invalid

LONGEST_REASON = 2000
# Told of one application, and of no other.
OF_ONE_ATTEMPT = ("visa", "pickup_on", "travel_on")


def note_outcome(case: Case, outcome: str, *, on: date, reason: str, actor: Actor) -> None:
    """What became of the application, in the log of decisions. Inside the transaction of the move."""
    AuthorityDecision.objects.create(
        agency_id=case.agency_id,
        case=case,
        attempt=attempt_number(case),
        outcome=Outcome(outcome),
        on=on,
        reason=reason,
        noted_by=name_of(actor),
        noted_at=clock.now(),
    )


def end_attempt(case: Case, outcome: str, *, on: date, reason: str, actor: Actor) -> None:
    """Keep what was used as it was: a later form must tell of it in the same words."""
    attempt, facts = _current(case), facts_of(case)
    attempt.outcome, attempt.ended_on, attempt.reason = Outcome(outcome), on, reason
    attempt.post = (facts.post and facts.post.name) or ""
    attempt.planned_hand_in, attempt.packet = case.planned_hand_in, case.sealed_packet
    attempt.papers = [_paper(item) for item in items_of(case) if item.state == ItemState.ACCEPTED]
    attempt.facts = json.dumps(facts.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
    attempt.ended_by, attempt.ended_at = name_of(actor), clock.now()
    attempt.save()


def begin_attempt(case: Case, actor: Actor) -> None:
    """The next application: papers stay, what was done for the last one is asked for again."""
    pack, number = pack_of_case(case), attempt_number(case) + 1
    Attempt.objects.create(agency_id=case.agency_id, case=case, number=number)
    record(case=case, kind="attempt.begun", actor=actor, number=str(number))
    case.planned_hand_in = case.sealed_packet = case.sealed_at = None
    case.facts = {name: value for name, value in case.facts.items() if name not in OF_ONE_ATTEMPT}
    case.save(update_fields=["planned_hand_in", "sealed_packet", "sealed_at", "facts"])
    for item in items_of(case):
        if item.state == ItemState.ACCEPTED and _is_of_one_attempt(item, pack, pack.stage_index(case.stage)):
            take_back(case, item, pack.requirement(item.code), actor)
    evaluate_checklist(case, actor)


@transaction.atomic
def ask_visa(*, case_id: UUID, actor: Actor, visa_class: str, entries: int | None, stay_days: int | None) -> Attempt:
    """Note what the form asks for, so that a sticker that says something else is seen."""
    actor.require(Permission.EDIT_CASES)
    asked = {"visa_class": visa_class or None, "entries": entries, "stay_days": stay_days}
    case = lock_case(case_id, actor)
    try:
        checked_facts({"visa": asked}, today=clock.today(case.agency.time_zone))
    except Invalid as refusal:
        errors = {path.removeprefix("visa."): words for path, words in refusal.errors.items()}
        raise Invalid("asked_visa_invalid", _("This cannot be noted as it stands."), errors=errors) from None
    attempt = _current(case)
    attempt.asked_class, attempt.asked_entries, attempt.asked_stay_days = visa_class, entries, stay_days
    attempt.save()
    record(case=attempt.case, kind="attempt.asked", actor=actor, number=str(attempt.number))
    return attempt


def _current(case: Case) -> Attempt:
    attempt = Attempt.objects.filter(case=case).order_by("-number").first()
    return attempt or Attempt(agency_id=case.agency_id, case=case, number=1)


def _is_of_one_attempt(item: ChecklistItem, pack: Pack, position: int) -> bool:
    """Everything from the form on, and the steps a person confirms anew on the way there."""
    return item.stage_position > pack.stage_index(pack.packet_from) or (
        item.kind == "step" and item.stage_position >= position
    )


def _paper(item: ChecklistItem) -> dict[str, str | None]:
    days = {name: getattr(item, name) for name in ("settled_on", "issued_on", "expires_on", "valid_until")}
    return {"code": item.code, **{name: day.isoformat() if day else None for name, day in days.items()}}
