"""What waits for the staff: the same reads for their first page and for their morning mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.eligibility import findings
from cases.models import (
    Case,
    CaseAssignment,
    FindingDecision,
    Hold,
    Reminder,
    ReminderAudience,
    ReminderState,
    RouteVersion,
    Signature,
    VersionStatus,
    WhoseTurn,
)
from cases.packs import pack_of, pack_of_case
from cases.selectors import cases_visible_to, facts_of, hand_in_of
from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.accounts.services import members_in_force
from relo.core import clock
from relo.core.actors import Actor

# Rules are asked anew for each case, about two milliseconds each.
LOOKED_AT = 60


def open_cases(actor: Actor) -> QuerySet[Case]:
    cases = cases_visible_to(actor).filter(closed_at=None).select_related("candidate", "route_version", "agency")
    return cases.defer("route_version__content")


def cases_in_charge_of(actor: Actor, agency: Agency) -> QuerySet[Case]:
    """Open cases of this member, and those that are nobody's. Who manages no cases has no own: all they see."""
    cases = open_cases(actor)
    if not actor.may(Permission.MOVE_CASES):
        return cases
    assigned = CaseAssignment.objects.filter(case=OuterRef("pk"))
    in_force = members_in_force(agency)
    is_managed = Exists(in_force.filter(user=OuterRef("manager")))
    is_assigned = Exists(assigned.filter(user__in=in_force.values("user")))
    me = int(actor.ref)
    return cases.filter(Q(manager=me) | Exists(assigned.filter(user=me)) | ~is_managed & ~is_assigned)


TOLD_FOR = timedelta(days=7)  # a line that nobody acts on for a week is no news any more


def told_to_staff(cases: QuerySet[Case], audience: ReminderAudience) -> QuerySet[Reminder]:
    """What the rules of the route remind the staff of, and nobody has done: the longest first."""
    since = clock.now() - TOLD_FOR
    told = Reminder.objects.filter(state=ReminderState.TOLD, updated_at__gt=since, audience=audience, case__in=cases)
    told = told.select_related("case__route_version", "case__agency", "case__candidate", "item")
    return told.defer("case__route_version__content").order_by("due_at", "id")


def waiting_for_us(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The longest first. A case on hold waits for nobody."""
    resting = Hold.objects.filter(case=OuterRef("pk"), ended_at=None)
    return cases.filter(whose_turn=WhoseTurn.AGENCY).exclude(Exists(resting)).order_by("updated_at", "id")


@dataclass(frozen=True, slots=True)
class Undecided:
    """`cases`: with the number of rules of each that only a person can decide. `is_part`: not all were looked at."""

    cases: list[tuple[Case, int]]
    is_part: bool


def undecided(cases: QuerySet[Case]) -> Undecided:
    """Cases in a stage they cannot leave before a person decides what no fact can tell; the longest waiting first."""
    looked_at = list(stopped_by(cases, "findings_decided").order_by("updated_at", "id")[: LOOKED_AT + 1])
    is_part = len(looked_at) > LOOKED_AT
    decided = _decided_rules(case.pk for case in looked_at)
    found = []
    for case in looked_at[:LOOKED_AT]:
        pack = pack_of_case(case)
        open_rules = [
            finding
            for finding in findings(pack, facts_of(case), hand_in_of(case, pack).on)
            if finding.result == "needs_review" and finding.severity == "blocks" and not finding.missing
            and finding.code not in decided.get(case.pk, set())
        ]  # fmt: skip
        if open_rules:
            found.append((case, len(open_rules)))
    return Undecided(found, is_part)


def unsigned(cases: QuerySet[Case], actor: Actor) -> QuerySet[Case]:
    """Cases in the second check that nobody has signed, and that this person may sign."""
    signed = Signature.objects.filter(case=OuterRef("pk"), stage_entered_at=OuterRef("stage_entered_at"), ended_at=None)
    for_this_day = Exists(signed.filter(planned_hand_in=OuterRef("planned_hand_in")))
    for_no_day = Q(planned_hand_in=None) & Exists(signed.filter(planned_hand_in=None))
    waiting = stopped_by(cases, "second_person_signed").exclude(for_this_day | for_no_day)
    return waiting.exclude(stage_entered_by=f"{actor.kind}:{actor.ref}").order_by("stage_entered_at", "id")


def editions_to_judge(actor: Actor) -> list[RouteVersion]:
    """What a colleague sent on, and this person may put into force."""
    waiting = RouteVersion.objects.filter(status=VersionStatus.IN_REVIEW).defer("content").order_by("edited_at")
    mine = f"{actor.kind}:{actor.ref}"
    return [version for version in waiting if mine not in (version.written_by, version.edited_by)]


def stopped_by(cases: QuerySet[Case], gate: str) -> QuerySet[Case]:
    """Those in a stage that has this gate on a way out of it, by the route version of each."""
    versions = RouteVersion.objects.filter(pk__in=_versions_in_use()).defer("content")
    stages = Q(pk__in=[])
    for version in versions:
        codes = {move.source for move in pack_of(version).moves if gate in move.gates}
        stages |= Q(route_version=version, stage__in=codes)
    return cases.filter(stages)


def _versions_in_use() -> set[UUID]:
    return set(Case.objects.filter(closed_at=None).values_list("route_version_id", flat=True).distinct())


def _decided_rules(case_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    decided: dict[UUID, set[str]] = {}
    for case_id, rule in FindingDecision.objects.filter(case__in=list(case_ids)).values_list("case_id", "rule"):
        decided.setdefault(case_id, set()).add(rule)
    return decided
