"""The data page of a passport against what is known: what differs is proposed, and a person decides on each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases import mrz
from cases.history import record
from cases.models import Candidate, Case, PageField, PassportProposal, ProposalState
from cases.mrz_words import fault_words
from cases.routes.facts import CandidateFacts
from cases.selectors import cases_visible_to
from cases.services.changing import change_case
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import lock_case, lock_cases_of, name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound
from relo.core.languages import in_language

LONGEST_LINE = 100  # as typed, with blanks


@dataclass(frozen=True, slots=True)
class Compared:
    agree: tuple[PageField, ...]
    differ: tuple[PageField, ...]
    untold: tuple[PageField, ...]  # what the passport leaves open


@transaction.atomic
def compare_passport_page(*, case_id: UUID, first: str, second: str, actor: Actor) -> Compared:
    """Propose what the two lines say otherwise than the case does. The lines themselves are not kept.

    What was proposed before and not decided on goes: the lines are typed again because they were wrong.
    """
    actor.require(Permission.UPLOAD_DOCUMENTS)
    case = lock_case(case_id, actor)
    page = _read(first, second, clock.today(case.agency.time_zone))
    told, same = _told(page), _same(page, case.candidate)
    known = known_of_page(case.candidate)
    differ = tuple(field for field in told if not same[field])
    PassportProposal.objects.filter(case=case, state=ProposalState.OPEN).delete()
    for field in differ:
        PassportProposal.objects.create(
            agency_id=case.agency_id,
            case=case,
            field=field,
            told=told[field],
            known=known[field],
            proposed_by=name_of(actor),
            proposed_at=clock.now(),
        )
    record(case=case, kind="passport.page_compared", actor=actor, differ=",".join(differ))
    return Compared(
        agree=tuple(field for field in told if same[field]),
        differ=differ,
        untold=tuple(field for field in PageField if field not in told),
    )


@transaction.atomic
def decide_proposal(*, proposal_id: UUID, take_over: bool, actor: Actor) -> PassportProposal:
    """Taken over, a fact changes by the same way as any other: timeline, checklist and other open cases follow."""
    actor.require(Permission.EDIT_CASES)
    seen = PassportProposal.objects.filter(pk=proposal_id, case__in=cases_visible_to(actor))
    found = seen.values_list("case_id", "case__candidate_id").first()
    if found is None:
        raise NotFound("not_found", _("There is no such proposal."))
    case_id, candidate_id = found
    others = [case for case in lock_cases_of(candidate_id).values() if case.pk != case_id and case.closed_at is None]
    case = lock_case(case_id, actor)
    proposal = PassportProposal.objects.filter(pk=proposal_id, state=ProposalState.OPEN).first()
    if proposal is None:
        raise Conflict("proposal_decided", _("This was decided already. Reload the page."))
    if take_over and known_of_page(case.candidate)[PageField(proposal.field)] != proposal.known:
        raise Conflict(
            "changed_meanwhile",
            _("This was changed in the case after the lines were typed. Type them again to compare them anew."),
        )
    if take_over:
        _take_over(case, others, proposal, actor)
    else:
        record(case=case, kind="passport.proposal_dismissed", actor=actor, field=proposal.field)
    proposal.state = ProposalState.ACCEPTED if take_over else ProposalState.DISMISSED
    proposal.decided_by, proposal.decided_at = name_of(actor), clock.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    return proposal


def open_proposals(case: Case) -> list[PassportProposal]:
    order = list(PageField)
    rows = PassportProposal.objects.filter(case=case, state=ProposalState.OPEN)
    return sorted(rows, key=lambda row: order.index(PageField(row.field)))


def known_of_page(candidate: Candidate) -> dict[PageField, str]:
    """What the case says now, a day in ISO 8601, empty where it is unknown."""
    passport = CandidateFacts.model_validate(candidate.facts).passport
    return {
        PageField.FAMILY_NAME: candidate.family_name,
        PageField.GIVEN_NAMES: candidate.given_names,
        PageField.NUMBER: candidate.passport_number,
        PageField.DATE_OF_BIRTH: _iso(candidate.date_of_birth),
        PageField.EXPIRES_ON: _iso(passport.expires_on if passport else None),
    }


def _read(first: str, second: str, today: date) -> mrz.Page:
    if max(len(first), len(second)) > LONGEST_LINE:
        raise Invalid("mrz_wrong", _("A line is far too long. Each has 44 letters, figures and <."))
    page, faults = mrz.read(first, second, today)
    if page is None:
        errors: dict[str, str] = {}
        for fault in faults:
            field, words = fault_words(fault)
            errors[field] = f"{errors[field]} {in_language(words)}" if field in errors else in_language(words)
        raise Invalid(
            "mrz_wrong", _("The two lines cannot be right as they stand. Nothing was changed."), errors=errors
        )
    return page


def _told(page: mrz.Page) -> dict[PageField, str]:
    """A name that may be cut at the end of its line is none to take over."""
    whole = not page.name_may_be_cut
    told = {
        PageField.FAMILY_NAME: page.family_name if whole else "",
        PageField.GIVEN_NAMES: page.given_names if whole else "",
        PageField.NUMBER: page.number,
        PageField.DATE_OF_BIRTH: _iso(page.date_of_birth),
        PageField.EXPIRES_ON: _iso(page.expires_on),
    }
    return {field: value for field, value in told.items() if value}


def _same(page: mrz.Page, candidate: Candidate) -> dict[PageField, bool]:
    known = known_of_page(candidate)
    cut = page.name_may_be_cut
    return {
        PageField.FAMILY_NAME: mrz.same_name(page.family_name, candidate.family_name, may_be_cut=cut),
        PageField.GIVEN_NAMES: mrz.same_name(page.given_names, candidate.given_names, may_be_cut=cut),
        PageField.NUMBER: page.number == "".join(filter(str.isalnum, known[PageField.NUMBER].upper())),
        PageField.DATE_OF_BIRTH: _iso(page.date_of_birth) == known[PageField.DATE_OF_BIRTH],
        PageField.EXPIRES_ON: _iso(page.expires_on) == known[PageField.EXPIRES_ON],
    }


def _take_over(case: Case, others: list[Case], proposal: PassportProposal, actor: Actor) -> None:
    match PageField(proposal.field):
        case PageField.DATE_OF_BIRTH:
            change_case(case_id=case.pk, actor=actor, facts={"date_of_birth": proposal.told})
        case PageField.EXPIRES_ON:
            change_case(case_id=case.pk, actor=actor, facts={"passport": {"expires_on": proposal.told}})
        case field:
            column = "passport_number" if field is PageField.NUMBER else field.value
            candidate = case.candidate
            setattr(candidate, column, proposal.told)
            candidate.save()
            for one in (case, *others):
                one.candidate = candidate
                record(case=one, kind="candidate.corrected", actor=actor, field=field.value)
                evaluate_checklist(one, actor)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
