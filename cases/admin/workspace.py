"""Everything the page of one case shows."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cases.admin.checklist import checklist_of
from cases.admin.cures import cure_of, facts_url, item_cures
from cases.admin.evidence import ShownEvidence, shown
from cases.admin.links import Link, act_url
from cases.admin.parts import PARTS
from cases.admin.states import leave_url
from cases.admin.timeline import lines
from cases.attempts import asks_reason, attempt_number, hold_of
from cases.eligibility import Finding
from cases.explaining import explain
from cases.models import Case, FindingDecision, Signature, WhoseTurn
from cases.packs import pack_of_case
from cases.routes.schema import Move, Pack
from cases.selectors import (
    DecidedFinding,
    OpenMove,
    closed_until,
    findings_of,
    hand_in_of,
    items_of,
    moves_of,
    signature_of,
    timeline_of,
)
from cases.services.locking import name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.desk.people import names_of
from relo.desk.requests import staff

NEWEST = 10  # events shown at once; the others unfold
EVENTS = 40


@dataclass(frozen=True, slots=True)
class ShownFinding:
    finding: Finding
    tone: str
    result: str
    evidence: ShownEvidence
    decision: FindingDecision | None
    decided_by: str
    links: list[Link]
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownBlocker:
    sentence: str
    cure: Link


@dataclass(frozen=True, slots=True)
class ShownMove:
    """`leave`: the page that takes the reason, where the move asks for one."""

    move: Move
    target: str
    blockers: list[ShownBlocker]
    leave: str


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """`is_own_visit`: the reader sent the case here and so cannot sign it."""

    signed_by: str
    signature: Signature | None
    may_sign: bool
    is_own_visit: bool


def workspace(request: HttpRequest, case: Case) -> dict[str, Any]:
    actor, pack = staff(request), pack_of_case(case)
    stage, hand_in, today = pack.stage(case.stage), hand_in_of(case, pack), clock.today(case.agency.time_zone)
    items, decided = list(items_of(case)), findings_of(case, pack)
    signature = signature_of(case)
    names = names_of(
        [item.settled_by for item in items]
        + [row.decision.decided_by for row in decided if row.decision]
        + ([f"staff:{signature.signed_by_id}"] if signature else [])
        + [case.stage_entered_by]
    )
    events = list(timeline_of(case)[: EVENTS + 1])
    told = lines(events[:EVENTS], pack)
    findings = [_shown_finding(row, case, actor, names, today) for row in decided]
    cures = item_cures(request, case)
    moves = [_shown_move(case, pack, row, cures) for row in moves_of(case)]
    return {
        "case": case,
        "pack": pack,
        "stage": stage,
        "stage_position": pack.stage_index(case.stage) + 1,
        "turn": WhoseTurn(case.whose_turn).label,
        "days_here": (today - case.stage_entered_at.astimezone(ZoneInfo(case.agency.time_zone)).date()).days,
        "hand_in": hand_in,
        "hold": hold_of(case),
        "attempt": attempt_number(case),
        "may_hold": actor.may(Permission.MOVE_CASES),
        "closed_until": closed_until(hand_in, case) if case.closed_at is None else None,
        "checklist": checklist_of(request, case, items, pack, actor=actor, hand_in=hand_in, today=today, names=names),
        "findings_open": [row for row in findings if row.is_open],
        "findings_clear": [row for row in findings if not row.is_open],
        "moves": [row for row in moves if row.move.kind == "forward"],
        "other_moves": [row for row in moves if row.move.kind != "forward"],
        "may_move": actor.may(Permission.MOVE_CASES),
        "may_edit": actor.may(Permission.EDIT_CASES) and case.closed_at is None,
        "signature": _shown_signature(case, pack, actor, signature, names),
        "sections": [section for part in PARTS for section in part.sections(request, case, pack)],
        "timeline": told[:NEWEST],
        "timeline_older": told[NEWEST:],
        "timeline_is_cut": len(events) > EVENTS,
    }


def _shown_finding(row: DecidedFinding, case: Case, actor: Actor, names: dict[str, str], today: Any) -> ShownFinding:
    finding, decision = row.finding, row.decision
    to_decide = finding.result == "needs_review"
    if finding.result == "pass":
        result, tone = _("Met"), "done"
    elif finding.result == "fail":
        result, tone = _("Not met"), "stop"
    elif decision is None and finding.missing:
        result, tone = _("Facts are missing"), "wait"
    elif decision is None:
        result, tone = _("A person must decide"), "act"
    else:
        result, tone = (
            (_("Decided: go ahead"), "done") if decision.go_ahead else (_("Decided: do not go ahead"), "stop")
        )
    return ShownFinding(
        finding=finding,
        tone=tone,
        result=result,
        evidence=shown(finding.evidence, today),
        decision=decision if to_decide else None,
        decided_by=names.get(decision.decided_by, "") if decision else "",
        links=_finding_links(row, case, actor) if to_decide and case.closed_at is None else [],
        is_open=finding.result == "fail" or (to_decide and (decision is None or not decision.go_ahead)),
    )


def _finding_links(row: DecidedFinding, case: Case, actor: Actor) -> list[Link]:
    """Where facts are missing, telling them comes first; a decision past them stays possible."""
    finding, links = row.finding, []
    if finding.missing and actor.may(Permission.EDIT_CASES):
        links.append(Link(_("Tell us"), facts_url(case, finding.missing), is_main=row.decision is None))
    if actor.may(Permission.DECIDE_FINDINGS):
        label = _("Decide anew") if row.decision else _("Decide without them") if finding.missing else _("Decide")
        is_main = row.decision is None and not finding.missing
        links.append(Link(label, act_url(case, "decide", finding.code), is_main=is_main))
    return links


def _shown_move(case: Case, pack: Pack, row: OpenMove, cures: dict[str, Link]) -> ShownMove:
    return ShownMove(
        move=row.move,
        target=in_language(pack.stage(row.move.target).name),
        blockers=[
            ShownBlocker(in_language(explain(blocker, pack)), cure_of(case, blocker, pack, cures))
            for blocker in row.blockers
        ],
        leave=leave_url(case, row.move.name) if asks_reason(row.move) else "",
    )


def _shown_signature(
    case: Case, pack: Pack, actor: Actor, signature: Signature | None, names: dict[str, str]
) -> ShownSignature | None:
    """None where this stage asks for none."""
    if case.closed_at or not any("second_person_signed" in move.gates for move in pack.moves_from(case.stage)):
        return None
    own = case.stage_entered_by == name_of(actor)
    return ShownSignature(
        signed_by=names.get(f"staff:{signature.signed_by_id}", "") if signature else "",
        signature=signature,
        may_sign=signature is None and not own and actor.may(Permission.SIGN_CASES),
        is_own_visit=own,
    )
