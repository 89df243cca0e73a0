"""What about cases needs attention. Each panel looks at a bounded number of cases, and says so."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.admin.links import case_url
from cases.eligibility import findings
from cases.models import Case, FindingDecision, Hold, RouteVersion, Signature, WhoseTurn
from cases.packs import pack_of, pack_of_case
from cases.selectors import cases_visible_to, facts_of, hand_in_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.desk.panels import ROWS, Panel, PanelRow

# Rules are asked anew for each case, about two milliseconds each.
LOOKED_AT = 60


def our_turn(actor: Actor) -> Panel | None:
    """Cases that wait for the agency, the longest first."""
    if not actor.may(Permission.VIEW_CASES):
        return None
    resting = Hold.objects.filter(case=OuterRef("pk"), ended_at=None)
    waiting = _open_cases(actor).filter(whose_turn=WhoseTurn.AGENCY).exclude(Exists(resting))
    waiting = waiting.order_by("updated_at", "id")
    return Panel(
        title=_("Our turn"),
        empty=_("No case waits for us."),
        rows=[_row(case, since=case.updated_at) for case in waiting[:ROWS]],
        more_url=f"{reverse('admin:cases_case_changelist')}?whose_turn=agency",
        more=_("All cases that wait for us"),
    )


def findings_to_decide(actor: Actor) -> Panel | None:
    """Cases in a stage they cannot leave before a person decides what no fact can tell."""
    if not actor.may(Permission.DECIDE_FINDINGS):
        return None
    cases = list(_stopped_by(actor, "findings_decided").order_by("updated_at", "id")[: LOOKED_AT + 1])
    decided = _decided_rules([case.pk for case in cases[:LOOKED_AT]])
    rows = []
    for case in cases[:LOOKED_AT]:
        pack = pack_of_case(case)
        undecided = [
            finding
            for finding in findings(pack, facts_of(case), hand_in_of(case, pack).on)
            if finding.result == "needs_review" and finding.severity == "blocks" and not finding.missing
            and finding.code not in decided.get(case.pk, set())
        ]  # fmt: skip
        if undecided:
            rows.append(_row(case, badge=_counted(len(undecided)), tone="act", anchor="findings"))
    note = _("Looked at the %(count)s cases that have waited longest.") % {"count": LOOKED_AT}
    return Panel(
        title=_("To decide"),
        empty=_("No rule waits for a decision."),
        rows=rows[:ROWS],
        note=note if len(cases) > LOOKED_AT else "",
    )


def waiting_for_signature(actor: Actor) -> Panel | None:
    """Cases in the second check that nobody has signed, and that this person may sign."""
    if not actor.may(Permission.SIGN_CASES):
        return None
    signed = Signature.objects.filter(case=OuterRef("pk"), stage_entered_at=OuterRef("stage_entered_at"), ended_at=None)
    for_this_day = Exists(signed.filter(planned_hand_in=OuterRef("planned_hand_in")))
    for_no_day = Q(planned_hand_in=None) & Exists(signed.filter(planned_hand_in=None))
    cases = _stopped_by(actor, "second_person_signed").exclude(for_this_day | for_no_day)
    cases = cases.exclude(stage_entered_by=f"{actor.kind}:{actor.ref}").order_by("stage_entered_at", "id")
    return Panel(
        title=_("To sign as the second person"),
        empty=_("Nothing waits for your signature."),
        rows=[_row(case, since=case.stage_entered_at, anchor="signature") for case in cases[:ROWS]],
    )


def _open_cases(actor: Actor) -> QuerySet[Case]:
    cases = cases_visible_to(actor).filter(closed_at=None).select_related("candidate", "route_version", "agency")
    return cases.defer("route_version__content")


def _stopped_by(actor: Actor, gate: str) -> QuerySet[Case]:
    """Open cases in a stage that has this gate on a way out of it, by the route version of each."""
    versions = RouteVersion.objects.filter(pk__in=_versions_in_use()).defer("content")
    stages = Q(pk__in=[])
    for version in versions:
        codes = {move.source for move in pack_of(version).moves if gate in move.gates}
        stages |= Q(route_version=version, stage__in=codes)
    return _open_cases(actor).filter(stages)


def _versions_in_use() -> set[UUID]:
    return set(Case.objects.filter(closed_at=None).values_list("route_version_id", flat=True).distinct())


def _decided_rules(case_ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    decided: dict[UUID, set[str]] = {}
    for case_id, rule in FindingDecision.objects.filter(case__in=list(case_ids)).values_list("case_id", "rule"):
        decided.setdefault(case_id, set()).add(rule)
    return decided


def _counted(count: int) -> str:
    return ngettext("%(count)s rule", "%(count)s rules", count) % {"count": count}


def _row(
    case: Case, *, since: datetime | None = None, badge: str = "", tone: str = "stage", anchor: str = ""
) -> PanelRow:
    stage = in_language(pack_of_case(case).stage(case.stage).name)
    waited = (clock.now() - since).days if since is not None else 0
    detail = stage if badge else ""
    if waited:
        waiting = ngettext("waiting for %(count)s day", "waiting for %(count)s days", waited) % {"count": waited}
        detail = f"{detail} · {waiting}" if detail else waiting
    return PanelRow(
        title=f"{case.reference} · {case.candidate.name}",
        url=case_url(case, anchor),
        detail=detail,
        badge=badge or stage,
        tone=tone,
    )
