"""What about cases needs attention. Each panel looks at a bounded number of cases, and says so."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.admin.links import case_url
from cases.attention import LOOKED_AT, open_cases, undecided, unsigned, waiting_for_us
from cases.models import Case
from cases.packs import pack_of_case
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.desk.panels import ROWS, Panel, PanelRow


def our_turn(actor: Actor) -> Panel | None:
    """Cases that wait for the agency, the longest first."""
    if not actor.may(Permission.VIEW_CASES):
        return None
    waiting = waiting_for_us(open_cases(actor))
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
    found = undecided(open_cases(actor))
    note = _("Looked at the %(count)s cases that have waited longest.") % {"count": LOOKED_AT}
    return Panel(
        title=_("To decide"),
        empty=_("No rule waits for a decision."),
        rows=[_row(case, badge=_counted(count), tone="act", anchor="findings") for case, count in found.cases[:ROWS]],
        note=note if found.is_part else "",
    )


def waiting_for_signature(actor: Actor) -> Panel | None:
    """Cases in the second check that nobody has signed, and that this person may sign."""
    if not actor.may(Permission.SIGN_CASES):
        return None
    cases = unsigned(open_cases(actor), actor)
    return Panel(
        title=_("To sign as the second person"),
        empty=_("Nothing waits for your signature."),
        rows=[_row(case, since=case.stage_entered_at, anchor="signature") for case in cases[:ROWS]],
    )


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
