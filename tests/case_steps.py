"""What staff and candidates do with a case, step by step, by the services: papers, items, moves, a packet."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.models import Case, ChecklistItem, Post, PostEdition
from cases.packs import pack_of_case
from cases.selectors import findings_of
from cases.services.checklist import waive_item
from cases.services.deciding import decide_finding
from cases.services.moving import GateClosed, move_case
from cases.services.post_editions import NewPost, add_post, draft_edition, publish_edition, submit_edition
from cases.services.posts import choose_post
from documents.models import Document, Packet
from documents.services.packets import request_packet
from documents.services.reviewing import accept_document
from documents.services.uploading import upload_document
from relo.accounts.models import Membership
from relo.accounts.roles import Role
from relo.accounts.services import actor_of_user
from relo.core import clock
from relo.core.actors import Actor, system_actor
from relo.core.scoping import scoped_agency_id
from relo.outbox import relay
from tests.days import in_days

SAMPLES = Path(__file__).resolve().parents[1] / "documents" / "samples"
TO_REVIEW = ("start_screening", "confirm_post", "start_collecting", "authenticate", "send_to_review")


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


PAGE = "https://example.org/sample-consulate/k"
ASKED = ("degree_auth", "police", "medical", "plan", "old_passport", "translation")


def of_page(level: str = "mission_practice", **values: Any) -> dict[str, Any]:
    """A value as it stands on the page of a post, with how sure we are."""
    evidence = {"level": level, "checked_on": str(in_days(0)), "review_by": str(in_days(60))}
    return {**values, "evidence": evidence}


def page_says(*asks: str, **parts: Any) -> dict[str, Any]:
    """What a sample page says: whether each paper is asked for, read today; with other parts of an overlay."""
    told: dict[str, Any] = {f"asks_{name}": of_page(value=name in asks) for name in ASKED}
    told |= {"takes_fingerprints": of_page(value="fingerprints" in asks), "form_days": of_page(value=15)}
    return {"source_url": PAGE, "read_on": str(in_days(0)), "review_by": str(in_days(60)), "facts": told, **parts}


def new_post(name: str = "Sample consulate, Utopia", actor: Actor | None = None) -> Post:
    new = NewPost("consulate", name, f"乌托邦样例领事馆（{name}）", "UTO", "Utopia City", "UTC")
    return add_post(new=new, actor=actor or system_actor("tests"))


def publish(post: Post, content: dict[str, Any]) -> PostEdition:
    """Written by the tests, published by the administrator of the agency."""
    draft = draft_edition(post_id=post.pk, route_code="CN-K", content=content, actor=system_actor("tests"))
    submit_edition(edition_id=draft.pk, actor=system_actor("tests"))
    administrator = Membership.objects.filter(agency=scoped_agency_id(), role=Role.ADMINISTRATOR).earliest("pk")
    actor = actor_of_user(administrator.user)
    assert actor is not None
    return publish_edition(edition_id=draft.pk, seen=draft.content_sha256, actor=actor)


def published_post(*asks: str, name: str = "Sample consulate, Utopia", **parts: Any) -> Post:
    post = new_post(name)
    publish(post, page_says(*asks, **parts))
    return post


def choose_sample_post(case: Case, staff: Actor) -> None:
    """One that asks for nothing besides what every post asks for."""
    choose_post(case_id=case.pk, post_id=published_post().pk, actor=staff)
    case.refresh_from_db()


def move_to_review(case: Case, staff: Actor) -> None:
    choose_sample_post(case, staff)
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
