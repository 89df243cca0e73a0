"""A passport renewed while cases are open: the old one is kept, and what carries its number is asked for again."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Candidate, Case, ChecklistItem, FormerPassport, ItemState
from cases.moves import is_beyond
from cases.packs import pack_of_case
from cases.routes.facts import CandidateFacts
from cases.routes.schema import Pack, Requirement
from cases.selectors import cases_visible_to, facts_of
from cases.services.candidates import OWN_COLUMNS, checked_facts, storable
from cases.services.checklist import take_back
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import lock_cases_of, name_of, refuse_closed
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound

LONGEST_NUMBER = 40


@transaction.atomic
def renew_passport(
    *,
    case_id: UUID,
    number: str,
    issued_on: date,
    expires_on: date,
    actor: Actor,
    blank_pages: int | None = None,
    authority: str = "",
) -> FormerPassport:
    """Put a new passport in the place of the one in use, in every open case of the person.

    Before the hand-in whatever names the passport is asked for anew. From then on the papers that were handed in stay
    as they are, and only what comes later is asked again; the holder of a residence permit has to report the change.
    """
    actor.require(Permission.EDIT_CASES)
    seen = cases_visible_to(actor).filter(pk=case_id).values_list("candidate_id", flat=True).first()
    if seen is None:
        raise NotFound("not_found", _("There is no such case."))
    cases = lock_cases_of(seen)
    refuse_closed(cases[case_id])
    # In a statement of its own: a joined row is read as it was before the wait for the lock.
    candidate = Candidate.objects.select_for_update(no_key=True).get(pk=seen)
    before = CandidateFacts.model_validate(candidate.facts).passport
    today = clock.today(cases[case_id].agency.time_zone)
    _refuse(candidate, number.strip(), issued_on, today)
    former = FormerPassport.objects.create(
        candidate=candidate,
        number=candidate.passport_number,
        issued_on=before.issued_on if before else None,
        expires_on=before.expires_on if before else None,
        authority=(before.authority or "") if before else "",
        replaced_on=issued_on,
        noted_by=name_of(actor),
        noted_at=clock.now(),
    )
    _put_in_use(candidate, number.strip(), issued_on, expires_on, blank_pages, authority, today)
    for case in cases.values():
        if case.closed_at is None:
            case.candidate = candidate
            _follow(case, issued_on, actor)
    return former


def _refuse(candidate: Candidate, number: str, issued_on: date, today: date) -> None:
    errors = {}
    if not number or len(number) > LONGEST_NUMBER:
        errors["number"] = _("Write the number as it stands in the new passport.")
    if issued_on > today:
        errors["issued_on"] = _("This day lies in the future. Note the new passport once it is there.")
    if errors:
        raise Invalid("passport_invalid", _("This cannot be noted as it stands."), errors=errors)
    if number == candidate.passport_number:
        raise Conflict(
            "passport_is_in_use",
            _("This number is in use already. To correct its dates, change the facts of the passport."),
        )


def _put_in_use(
    candidate: Candidate,
    number: str,
    issued_on: date,
    expires_on: date,
    blank_pages: int | None,
    authority: str,
    today: date,
) -> None:
    passport = {
        "issued_on": issued_on, "expires_on": expires_on, "blank_pages": blank_pages, "authority": authority or None,
    }  # fmt: skip
    columns = {name: getattr(candidate, name) or None for name in OWN_COLUMNS}
    known = {**columns, **candidate.facts, "passport": {k: v for k, v in passport.items() if v is not None}}
    candidate.facts = storable(checked_facts(known, today=today))
    candidate.passport_number = number
    candidate.save()


def _follow(case: Case, issued_on: date, actor: Actor) -> None:
    pack = pack_of_case(case)
    record(case=case, kind="passport.renewed", actor=actor)
    record(case=case, kind="facts.changed", actor=actor, fact="passport")
    permit = facts_of(case).residence_permit
    if permit is not None and permit.held:
        case.facts = {**case.facts, "particulars_changed_on": issued_on.isoformat()}
        case.save(update_fields=["facts"])
        record(case=case, kind="facts.changed", actor=actor, fact="particulars_changed_on")
    asked = {one.code: one for one in pack.requirements if one.of_passport and _is_asked_again(case, pack, one)}
    for item in ChecklistItem.objects.filter(case=case, code__in=asked, state=ItemState.ACCEPTED):
        take_back(case, item, asked[item.code], actor)
    evaluate_checklist(case, actor)


def _is_asked_again(case: Case, pack: Pack, requirement: Requirement) -> bool:
    return not is_beyond(pack, case.stage, "hand_in") or is_beyond(pack, requirement.stage, "hand_in")
