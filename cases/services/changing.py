"""Changing what is known of a case. The checklist follows in the same transaction."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.hand_in_preview import asks_for_seal
from cases.history import record
from cases.models import Case
from cases.packs import pack_of_case
from cases.records import FACTS, kept_facts
from cases.selectors import cases_visible_to
from cases.services.candidates import OWN_COLUMNS, checked_facts, storable
from cases.services.details import refuse_past_hand_in, refuse_unknown_manager
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import lock_case, lock_cases_of
from cases.services.posts import edition_for, pin_edition
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid

# Facts of the process; the others are the person's, and serve all their cases.
CASE_FACTS = (
    "post",
    "pickup_on",
    "visa",
    "travel_on",
    "entered_on",
    "address_since",
    "residence_permit",
    "particulars_changed_on",
)
UNCHANGED: Any = object()


@transaction.atomic
def change_case(
    *,
    case_id: UUID,
    actor: Actor,
    planned_hand_in: date | None = UNCHANGED,
    manager_id: int | None = UNCHANGED,
    external_ref: str = UNCHANGED,
    facts: dict[str, Any] | None = None,
    post_id: UUID | None = UNCHANGED,
) -> Case:
    """Change details, facts, the post, or all. Facts are a JSON merge patch (RFC 7396): null is unknown again."""
    actor.require(Permission.EDIT_CASES)
    others = _other_cases_of_the_person(case_id, facts or {}, actor)
    case = lock_case(case_id, actor)
    before = (case.planned_hand_in, case.manager_id, case.external_ref)
    if planned_hand_in is not UNCHANGED and planned_hand_in != case.planned_hand_in:
        refuse_past_hand_in(planned_hand_in, case.agency)
        case.planned_hand_in = planned_hand_in
        _unseal_for_another_day(case)
    if manager_id is not UNCHANGED:
        refuse_unknown_manager(manager_id, case.agency)
        case.manager_id = manager_id
    if external_ref is not UNCHANGED:
        case.external_ref = external_ref.strip()
    if before != (case.planned_hand_in, case.manager_id, case.external_ref):
        _save_details(case)
        record(case=case, kind="case.changed", actor=actor)
    if post_id is not UNCHANGED:
        pin_edition(case, edition_for(case, post_id, actor), actor)
    for name in _change_facts(case, facts or {}):
        record(case=case, kind="facts.changed", actor=actor, fact=name)
    evaluate_checklist(case, actor)
    for other in others:
        other.candidate = case.candidate
        evaluate_checklist(other, actor)
    return case


def _other_cases_of_the_person(case_id: UUID, facts: dict[str, Any], actor: Actor) -> list[Case]:
    """A fact about the person is read by all their open cases, so all are locked before it changes."""
    if not set(facts) - set(CASE_FACTS):
        return []
    candidate_id = cases_visible_to(actor).filter(pk=case_id).values_list("candidate_id", flat=True).first()
    if candidate_id is None:
        return []  # lock_case() says what is to be said of a case that is not there
    locked = lock_cases_of(candidate_id).values()
    return [other for other in locked if other.pk != case_id and other.closed_at is None]


def _unseal_for_another_day(case: Case) -> None:
    """A packet says for which hand-in it was made. What was released with it stays as it was."""
    if case.sealed_at is not None and asks_for_seal(case, pack_of_case(case)):
        case.sealed_packet = case.sealed_at = None
        case.save(update_fields=["sealed_packet", "sealed_at"])


def _save_details(case: Case) -> None:
    try:
        with transaction.atomic():
            case.save(update_fields=["planned_hand_in", "manager", "external_ref"])
    except IntegrityError:
        raise Conflict(
            "external_ref_taken",
            _("An open case already has this external reference. Use that case, or another reference."),
        ) from None


def _change_facts(case: Case, facts: dict[str, Any]) -> list[str]:
    """Store what was told; the names of the facts that are different now."""
    if not facts:
        return []
    _refuse_kept_by_records(case, facts)
    if "post" in facts and case.post_edition_id is not None:
        raise Conflict(
            "post_is_chosen",
            _("What the consulate asks stands in its edition. Change it there, or take the consulate out first."),
        )
    candidate, today = case.candidate, clock.today(case.agency.time_zone)
    columns = {name: getattr(candidate, name) or None for name in OWN_COLUMNS}
    known = {**columns, **candidate.facts, **case.facts}
    of_case = {name: value for name, value in facts.items() if name in CASE_FACTS}
    of_person = {name: value for name, value in facts.items() if name not in CASE_FACTS}
    checked = checked_facts(_patched({**columns, **candidate.facts}, of_person), today=today)
    candidate.facts = storable(checked)
    candidate.date_of_birth = checked.date_of_birth
    candidate.nationalities = list(checked.nationalities or [])
    candidate.residence_country = checked.residence_country or ""
    case.facts = storable(checked_facts(_patched(case.facts, of_case), today=today))
    candidate.save()
    case.save(update_fields=["facts"])
    columns = {name: getattr(candidate, name) or None for name in OWN_COLUMNS}
    now_known = {**columns, **candidate.facts, **case.facts}
    return sorted(name for name in known.keys() | now_known.keys() if known.get(name) != now_known.get(name))


def _refuse_kept_by_records(case: Case, facts: dict[str, Any]) -> None:
    """A day that follows from dated records is corrected there: two truths would drift apart."""
    different = {name for name, told in facts.items() if name in FACTS and case.facts.get(name) != _told(told)}
    if different and (kept := different & kept_facts(case)):
        message = _("This day follows from the records of the case. Correct it there.")
        errors = dict.fromkeys(sorted(kept), message)
        raise Invalid("kept_by_records", message, errors=errors)


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _patched(known: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    patched = dict(known)
    for name, value in change.items():
        if value is None:
            patched.pop(name, None)
        elif isinstance(value, dict) and isinstance(patched.get(name), dict):
            patched[name] = _patched(patched[name], value)
        else:
            patched[name] = value
    return patched
