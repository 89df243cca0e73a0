"""Reads: which cases an actor sees, and what gates, pages and programs need to know of one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases import gates
from cases.attempts import hold_of
from cases.calendars import add_days_of, next_open_day
from cases.eligibility import Finding, findings
from cases.models import (
    Candidate,
    Case,
    CaseAssignment,
    CaseEvent,
    ChecklistItem,
    FindingDecision,
    Reminder,
    Signature,
)
from cases.moves import blockers_of
from cases.packs import in_force, pack_of_case
from cases.places import calendar_of
from cases.post_selectors import freshness_of
from cases.routes.facts import CandidateFacts
from cases.routes.schema import Move, Pack, Requirement
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import NotFound


def cases_visible_to(actor: Actor) -> QuerySet[Case]:
    if actor.kind is ActorKind.CANDIDATE:
        return Case.objects.filter(candidate_id=actor.ref)
    actor.require(Permission.VIEW_CASES)
    if actor.may(Permission.VIEW_ALL_CASES):
        return Case.objects.all()
    if actor.kind is not ActorKind.STAFF:
        return Case.objects.none()  # nothing is assigned to a program
    assigned = CaseAssignment.objects.filter(case=OuterRef("pk"), user_id=int(actor.ref))
    return Case.objects.filter(Q(manager_id=int(actor.ref)) | Exists(assigned))


def candidates_visible_to(actor: Actor) -> QuerySet[Candidate]:
    """Those of whom the actor sees a case."""
    cases = cases_visible_to(actor)
    if actor.may(Permission.VIEW_ALL_CASES):
        return Candidate.objects.all()
    return Candidate.objects.filter(Exists(cases.filter(candidate=OuterRef("pk"))))


def visible_case(case_id: UUID | str, actor: Actor) -> Case:
    """The case with its candidate, manager and version; missing, foreign and unassigned answer alike."""
    cases = (
        cases_visible_to(actor)
        .select_related("candidate", "manager", "route_version", "agency")
        .defer("route_version__content")
    )
    case = cases.filter(pk=case_id).first()
    if case is None:
        raise NotFound("not_found", _("There is no such case."))
    return case


def may_see_paper(requirement: Requirement, actor: Actor) -> bool:
    """What is on a paper, and what was said about it."""
    return not requirement.is_restricted or sees_restricted_papers(actor)


def sees_restricted_papers(actor: Actor) -> bool:
    """Candidates see their own papers of every kind."""
    return actor.kind is ActorKind.CANDIDATE or actor.may(Permission.VIEW_RESTRICTED)


def note_for(item: ChecklistItem, requirement: Requirement, actor: Actor) -> str:
    """The words at a requirement: of a restricted paper only for those who may see the paper."""
    return item.note if may_see_paper(requirement, actor) else ""


def items_of(case: Case) -> QuerySet[ChecklistItem]:
    return ChecklistItem.objects.filter(case=case).order_by("position")


def assignments_of(case: Case) -> QuerySet[CaseAssignment]:
    return CaseAssignment.objects.filter(case=case).select_related("user").order_by("user__full_name", "user__email")


def timeline_of(case: Case) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(case=case).order_by("-id")


def reminders_of(case: Case) -> QuerySet[Reminder]:
    """Planned, sent and skipped, in order of their day."""
    return Reminder.objects.filter(case=case).select_related("item", "mail").order_by("due_at", "id")


@dataclass(frozen=True, slots=True)
class HandIn:
    """The day documents must be valid on. `is_estimate`: nobody planned it, so it is reckoned from the route."""

    on: date
    is_estimate: bool


def hand_in_of(case: Case, pack: Pack) -> HandIn:
    if case.planned_hand_in is not None:
        return HandIn(case.planned_hand_in, is_estimate=False)
    at = pack.stage_index(case.stage)
    until = pack.stage_index("hand_in") if any(s.code == "hand_in" for s in pack.stages) else at
    calendar = calendar_of(case)
    day = clock.today(calendar.zone)
    for stage in pack.stages[at:until]:
        day = add_days_of(stage.day_kind, day, stage.expected_days or 0, calendar)
    return HandIn(next_open_day(day, calendar), is_estimate=True)


def collection_of(case: Case, pack: Pack) -> date | None:
    """When the passport should be back: as told, or the working days the authority takes after the hand-in."""
    told = facts_of(case).pickup_on
    if told is not None:
        return told
    day, calendar = hand_in_of(case, pack).on, calendar_of(case)
    codes = [stage.code for stage in pack.stages]
    if "hand_in" not in codes:
        return None
    for stage in pack.stages[codes.index("hand_in") + 1 :]:
        if stage.acts != "authority":
            break
        day = add_days_of(stage.day_kind, day, stage.expected_days or 0, calendar)
    return day


def closed_until(hand_in: HandIn, case: Case) -> date | None:
    """The next day on which the post takes something in, where it does not on the day of the hand-in."""
    opens = next_open_day(hand_in.on, calendar_of(case))
    return None if opens == hand_in.on else opens


def facts_of(case: Case) -> CandidateFacts:
    """What is known about the person and the process, as the rules read it. Unknown is absent.

    Where the case has a post, its edition says what the post asks; what was told by hand counts only without one.
    """
    return facts_under(case, case.post_edition_id)


def facts_under(case: Case, post_edition_id: UUID | None) -> CandidateFacts:
    """The same, as if this edition of a post were the case's."""
    candidate = case.candidate
    known = {
        "date_of_birth": candidate.date_of_birth,
        "nationalities": candidate.nationalities or None,
        "residence_country": candidate.residence_country or None,
    }
    of_case = dict(case.facts)
    if post_edition_id is not None:
        edition = in_force(post_edition_id)
        of_case["post"] = {"name": edition.post_name.en, **edition.overlay.told()}
    return CandidateFacts.model_validate({**known, **candidate.facts, **of_case})


def signature_of(case: Case) -> Signature | None:
    """The one that counts: given on this visit, under these rules, for the hand-in as it is planned now."""
    signatures = Signature.objects.filter(case=case, stage_entered_at=case.stage_entered_at, ended_at=None)
    return signatures.filter(planned_hand_in=case.planned_hand_in).first()


@dataclass(frozen=True, slots=True)
class DecidedFinding:
    finding: Finding
    decision: FindingDecision | None


def findings_of(case: Case, pack: Pack) -> list[DecidedFinding]:
    decisions = {d.rule: d for d in FindingDecision.objects.filter(case=case).order_by("decided_at")}
    found = findings(pack, facts_of(case), hand_in_of(case, pack).on)
    return [DecidedFinding(finding, decisions.get(finding.code)) for finding in found]


def case_facts(case: Case, pack: Pack) -> gates.CaseFacts:
    """What the gates look at, read under the lock of the case."""
    signature = signature_of(case)
    return gates.CaseFacts(
        stage_position=pack.stage_index(case.stage),
        hand_in_on=hand_in_of(case, pack).on,
        items=tuple(
            gates.ItemFacts(
                code=item.code,
                is_settled=item.is_settled,
                stage_position=item.stage_position,
                is_undecided=item.is_undecided,
                missing=tuple(item.missing_facts),
                state=item.state,
                valid_until=item.valid_until,
                is_asked=item.is_asked,
            )
            for item in items_of(case)
        ),
        findings=tuple(
            gates.FindingFacts(
                code=row.finding.code,
                result=row.finding.result,
                severity=row.finding.severity,
                go_ahead=row.decision.go_ahead if row.decision else None,
                missing=row.finding.missing,
            )
            for row in findings_of(case, pack)
        ),
        sent_here_by=case.stage_entered_by,
        signed_by=f"{ActorKind.STAFF}:{signature.signed_by_id}" if signature else None,
        is_on_hold=hold_of(case) is not None,
        packet_is_sealed=case.sealed_at is not None and case.sealed_at >= case.stage_entered_at,
        post=freshness_of(case, pack),
    )


@dataclass(frozen=True, slots=True)
class OpenMove:
    move: Move
    blockers: list[gates.Blocker]


def moves_of(case: Case) -> list[OpenMove]:
    """Every move from here, each with what keeps it shut."""
    pack = pack_of_case(case)
    facts = case_facts(case, pack)
    return [OpenMove(move, blockers_of(move, facts)) for move in pack.moves_from(case.stage)]
