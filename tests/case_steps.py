"""What staff and candidates do with a case, step by step, by the services: papers, items, moves, a packet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.models import Case, ChecklistItem
from cases.packs import pack_of_case
from cases.selectors import findings_of
from cases.services.checklist import waive_item
from cases.services.deciding import decide_finding
from cases.services.moving import GateClosed, move_case
from documents.models import Document, Packet
from documents.services.packets import request_packet
from documents.services.reviewing import accept_document
from documents.services.uploading import upload_document
from relo.core import clock
from relo.core.actors import Actor
from relo.outbox import relay

SAMPLES = Path(__file__).resolve().parents[1] / "documents" / "samples"
TO_REVIEW = ("start_screening", "confirm_post", "start_collecting", "authenticate", "send_to_review")


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def item(code: str) -> ChecklistItem:
    return ChecklistItem.objects.get(code=code)


def send(case: Case, code: str, name: str, actor: Actor, file_name: str = "") -> Document:
    with (SAMPLES / name).open("rb") as file:
        return upload_document(case_id=case.pk, code=code, file=file, file_name=file_name or name, actor=actor)


def settle_all(case: Case, staff: Actor, stage: str | None = None) -> None:
    pack = pack_of_case(case)
    for each in ChecklistItem.objects.filter(case=case):
        if not each.is_settled and (stage is None or pack.requirement(each.code).stage == stage):
            waive_item(case_id=case.pk, code=each.code, reason="Not needed in this test", actor=staff)


def decide_all(case: Case, staff: Actor) -> None:
    for row in findings_of(case, pack_of_case(case)):
        if row.finding.result == "needs_review" and row.decision is None:
            decide_finding(case_id=case.pk, rule=row.finding.code, go_ahead=True, reason="Read by hand", actor=staff)


def move(case: Case, name: str, actor: Actor) -> Case:
    moved = move_case(case_id=case.pk, move_name=name, reason="Not in this test.", actor=actor)
    case.refresh_from_db()
    return moved


def blockers(refused: pytest.ExceptionInfo[GateClosed]) -> list[tuple[str, str]]:
    return [(blocker.code, blocker.subject) for blocker in refused.value.blockers]


def move_to_review(case: Case, staff: Actor) -> None:
    settle_all(case, staff)
    for name in TO_REVIEW:
        decide_all(case, staff)
        move(case, name, staff)


def send_and_accept(case: Case, staff: Actor, second_person: Actor) -> None:
    for code, name in (("passport", "passport-data-page.jpg"), ("cv", "cv.pdf"), ("degree", "degree-certificate.pdf")):
        document = send(case, code, name, staff)
        accept_document(document_id=document.pk, actor=second_person, expires_on=in_days(1500))


def built(case: Case, actor: Actor) -> Packet:
    packet = request_packet(case_id=case.pk, actor=actor)
    relay.drain("packets")
    packet.refresh_from_db()
    return packet


def records_with(mark: str, day: date) -> dict[str, dict[str, Any]]:
    """A dated record of each kind, with the mark in all its words."""
    at = clock.now() + timedelta(days=9)
    return {
        "status": {"on": day, "status": f"{mark} status"},
        "number": {"kind": "online_form", "number": f"{mark} number"},
        "appointment": {"kind": "interview", "at": at, "time_zone": "Asia/Shanghai", "place": f"{mark} place"},
        "decision": {"outcome": "more_papers", "on": day, "reason": f"{mark} reason"},
        "entry": {"entered_on": day},
        "address": {"line": f"{mark} address", "since": day},
    }
