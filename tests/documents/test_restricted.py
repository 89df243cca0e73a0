"""Police and medical papers: known to all who see the case, opened by those allowed to."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.posts import choose_post
from documents.admin.panels import documents_to_review
from documents.models import Document, Packet
from documents.selectors import may_open_packet, openable_documents
from documents.services.packets import build_packet, request_packet, seal_packet
from documents.services.reviewing import accept_document, request_changes
from documents.services.uploading import upload_document
from relo.accounts.roles import Role, TokenScope
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotPermitted
from tests.api import Program
from tests.case_steps import SAMPLES, of_page, published_post
from tests.conftest import Member, World, timeline
from tests.portal_steps import signed_in
from tests.relo.accounts.test_members import member_of, today
from tests.relo.accounts.test_token_scopes import issued

NAME = "anna-certificate-of-good-conduct.pdf"


def sent(case: Case, code: str, name: str, actor: Actor) -> Document:
    with (SAMPLES / "police-certificate.pdf").open("rb") as file:
        return upload_document(case_id=case.pk, code=code, file=file, file_name=name, actor=actor)


@pytest.fixture
def police(in_scope: World, k_case: Case) -> Document:
    """The post asks for a police certificate, and Anna's has come."""
    manager = in_scope.manager.actor
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True, "asks_medical": True}}, actor=manager)
    return sent(k_case, "police", NAME, manager)


@pytest.fixture
def packet(in_scope: World, k_case: Case, police: Document) -> Packet:
    """Built, with the police certificate in it."""
    manager = in_scope.manager.actor
    accept_document(document_id=police.pk, issued_on=today(in_scope) - timedelta(days=9), actor=manager)
    Case.objects.filter(pk=k_case.pk).update(stage="review", stage_entered_at=clock.now())
    packet = request_packet(case_id=k_case.pk, actor=manager)
    build_packet(packet_id=str(packet.pk))
    packet.refresh_from_db()
    assert packet.state == "ready", packet.failure
    return packet


def url(name: str, row: Document | Packet) -> str:
    return reverse(f"admin:documents_{row._meta.model_name}_{name}", args=[row.pk])


def outsiders(world: World) -> list[Member]:
    """Who sees the case and not the paper: a reviewer, a reader, a guest on it."""
    guest = member_of(world, Role.GUEST, ends_on=today(world) + timedelta(days=9))
    case = Case.objects.get()
    case.assignments.create(user=guest.user, agency_id=case.agency_id)
    return [world.reviewer, world.read_only, guest]


def test_the_shipped_route_restricts_police_and_medical_papers(k_case, shipped):
    (pack,) = [pack for pack in shipped if pack.code == "CN-K"]

    assert {row.code for row in pack.requirements if row.is_restricted} == {"police", "medical"}


def test_the_page_the_preview_and_the_bytes_are_refused(in_scope, police):
    for member in outsiders(in_scope):
        client = member.client()
        answers = [client.get(url(name, police)) for name in ("change", "copy")]
        answers.append(client.get(reverse("admin:documents_document_page", args=[police.pk, 1])))
        answers.append(client.post(url("content", police), {"reason": "To look"}))
        for answer in answers:
            assert answer.status_code == 403, (member.user, answer.request["PATH_INFO"])
            assert NAME not in answer.content.decode() and police.sha256 not in answer.content.decode()
    for member in (in_scope.manager, in_scope.administrator):
        assert NAME in member.client().get(url("change", police)).content.decode()
        assert member.client().post(url("content", police), {"reason": "About the fine"}).status_code == 200
    page = reverse("admin:cases_case_change", args=[police.case_id])
    assert "About the fine" in in_scope.manager.client().get(page).content.decode()
    assert "About the fine" not in in_scope.read_only.client().get(page).content.decode()


def test_what_is_said_about_a_paper_is_as_restricted_as_the_paper(in_scope, k_case, police):
    words = "Conviction of 2019 for theft: send the court's letter of expungement."
    request_changes(document_id=police.pk, reason="other", note=words, actor=in_scope.manager.actor)
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    rules_editor = member_of(in_scope, Role.RULES_EDITOR, name="rules")

    def told(*scopes: TokenScope) -> str:
        program = Program(None, issued(in_scope, *scopes))
        paths = (f"cases/{k_case.pk}/checklist/", f"cases/{k_case.pk}/timeline/")
        return "".join(program.get(path).content.decode() for path in paths)

    for member in [*outsiders(in_scope), rules_editor]:
        shown = member.client().get(page).content.decode()
        assert "Police certificate" in shown and "Conviction" not in shown
    reading = told(TokenScope.READ)
    assert "Conviction" not in reading and '"reason"' not in reading and "document.changes_requested" in reading

    assert "Conviction" in in_scope.manager.client().get(page).content.decode()
    entrusted = told(TokenScope.READ, TokenScope.RESTRICTED)
    assert "Conviction" in entrusted and '"reason":"other"' in entrusted
    assert "Conviction" in signed_in(k_case).get(reverse("portal:item", args=[k_case.pk, "police"])).content.decode()


def test_a_reviewer_neither_accepts_nor_gives_it_back_nor_settles_it_by_hand(in_scope, k_case, police):
    client, actor, before = in_scope.reviewer.client(), in_scope.reviewer.actor, timeline(k_case)
    said = {"sha256": police.sha256, "issued_on": str(today(in_scope)), "reason": "illegible"}

    assert client.post(url("accept", police), said).status_code == 403
    assert client.post(url("request_changes", police), said).status_code == 403
    assert client.get(reverse("admin:cases_case_settle", args=[k_case.pk, "police"])).status_code == 403
    for act in (
        lambda: accept_document(document_id=police.pk, issued_on=today(in_scope), actor=actor),
        lambda: request_changes(document_id=police.pk, reason="illegible", actor=actor),
        lambda: settle_item(case_id=k_case.pk, code="police", issued_on=today(in_scope), actor=actor),
    ):
        with pytest.raises(NotPermitted):
            act()

    police.refresh_from_db()
    assert police.state == "ready" and timeline(k_case) == before


def test_it_waits_for_a_case_manager_and_is_not_offered_to_a_reviewer(in_scope, k_case, police, staff):
    cv = sent(k_case, "cv", "cv.pdf", staff)

    def offered(member: Member) -> list[str]:
        panel = documents_to_review(member.actor)
        assert panel is not None
        return [row.url for row in panel.rows]

    assert offered(in_scope.manager) == [url("change", police), url("change", cv)]
    assert offered(in_scope.reviewer) == [url("change", cv)]
    listed = in_scope.reviewer.client().get(reverse("admin:documents_document_changelist")).content.decode()
    assert url("change", cv) in listed and url("change", police) not in listed


def test_the_page_of_the_case_says_that_it_is_there_and_leads_nowhere(in_scope, k_case, police):
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    settle = reverse("admin:cases_case_settle", args=[k_case.pk, "police"])
    Case.objects.filter(pk=k_case.pk).update(stage="collect")  # where it keeps the case from going on

    assert url("change", police) in in_scope.manager.client().get(page).content.decode()
    for member in outsiders(in_scope):
        shown = member.client().get(page).content.decode()
        assert "Police certificate" in shown and "restricted" in shown
        assert url("change", police) not in shown and NAME not in shown and settle not in shown


def test_a_packet_that_holds_one_is_restricted_as_a_whole(in_scope, k_case, packet):
    for member in outsiders(in_scope):
        client = member.client()
        for name in ("content", "manifest"):
            assert client.get(url(name, packet)).status_code == 403
        shown = client.get(url("change", packet)).content.decode()
        assert "police or medical papers" in shown
        assert NAME not in shown and packet.sha256 not in shown and url("content", packet) not in shown
    with pytest.raises(NotPermitted):
        seal_packet(packet_id=packet.pk, actor=_sealing_reviewer(in_scope))
    packet.refresh_from_db()
    assert packet.state == "ready"
    client = in_scope.manager.client()
    assert NAME in client.get(url("change", packet)).content.decode()
    assert client.get(url("manifest", packet)).status_code == 200


def _sealing_reviewer(world: World) -> Actor:
    """Not in the table; sealing needs a look at every page for whoever will be allowed to."""
    known = world.reviewer.actor
    return Actor(known.kind, known.ref, known.agency_id, known.permissions | {"packets.seal"})


def test_a_packet_without_one_is_open(in_scope, k_case, staff):
    cv = sent(k_case, "cv", "cv.pdf", staff)
    accept_document(document_id=cv.pk, actor=staff)
    Case.objects.filter(pk=k_case.pk).update(stage="review", stage_entered_at=clock.now())
    packet = request_packet(case_id=k_case.pk, actor=staff)
    build_packet(packet_id=str(packet.pk))

    assert in_scope.reviewer.client().get(url("content", packet)).status_code == 200


def test_a_packet_that_tells_why_one_was_left_out_is_restricted_too(in_scope, k_case, packet):
    inputs = packet.inputs
    [paper] = inputs.pop("documents")
    name = {"en": "Police certificate", "zh": "无犯罪记录证明"}
    inputs["documents"], inputs["left_out"] = [], [
        {"document_id": paper["document_id"], "requirement_code": paper["requirement_code"], "requirement_name": name,
         "file_name": "x.pdf", "reason": "An old matter"}
    ]  # fmt: skip
    Packet.objects.filter(pk=packet.pk).update(inputs=inputs)

    assert not may_open_packet(Packet.objects.select_related("case").get(pk=packet.pk), in_scope.reviewer.actor)


def test_what_stands_in_the_way_of_a_packet_names_no_file_either(in_scope, k_case, police):
    Case.objects.filter(pk=k_case.pk).update(stage="review", stage_entered_at=clock.now())
    program = Program(None, issued(in_scope, "read", "write"))

    answer = program.post(f"cases/{k_case.pk}/packets/")

    assert (answer.status_code, answer.json()["code"]) == (409, "packet_blocked")
    assert "A restricted paper stands in the way" in answer.json()["detail"]
    assert NAME not in answer.content.decode()


def test_a_failure_of_such_a_packet_names_no_file(in_scope, k_case, packet):
    Packet.objects.update(state="failed", failure={"code": "x", "en": f"Replace {NAME}.", "zh": f"请更换 {NAME}。"})

    assert NAME in in_scope.manager.client().get(url("change", packet)).content.decode()
    shown = in_scope.reviewer.client().get(url("change", packet)).content.decode()
    assert NAME not in shown and "Ask a case manager" in shown


def test_the_api_refuses_it_without_the_scope(in_scope, k_case, packet, police):
    usual = [scope for scope in TokenScope.values if scope != "restricted"]
    program = Program(None, issued(in_scope, *usual))
    for path in (
        f"documents/{police.pk}/",
        f"documents/{police.pk}/content/",
        f"packets/{packet.pk}/content/",
        f"packets/{packet.pk}/manifest/",
    ):
        answer = program.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), path
        assert NAME not in answer.content.decode()
    for known in (program.get(f"packets/{packet.pk}/").json(), program.get(f"cases/{k_case.pk}/packets/").json()[0]):
        assert (known["state"], known["sha256"], known["failure"]) == ("ready", "", None)
    assert program.post(f"documents/{police.pk}/accept/").status_code == 403

    allowed = Program(None, issued(in_scope, "read", "files", "restricted"))
    assert allowed.get(f"documents/{police.pk}/").json()["file_name"] == NAME
    assert allowed.get(f"packets/{packet.pk}/").json()["sha256"] == packet.sha256
    assert allowed.get(f"packets/{packet.pk}/content/").status_code == 200


def test_the_same_bytes_sent_again_do_not_tell_their_first_name(in_scope, k_case, police):
    program = Program(None, issued(in_scope, "read", "write"))
    with (SAMPLES / "police-certificate.pdf").open("rb") as file:
        answer = program.upload(f"cases/{k_case.pk}/checklist/police/documents/", file)

    assert (answer.status_code, answer.json()["id"]) == (201, str(police.pk))
    assert answer.json()["file_name"] == ""


def test_candidates_see_their_own(in_scope, k_case, police):
    client = signed_in(k_case)

    assert client.get(reverse("portal:document", args=[police.pk])).status_code == 200
    assert NAME in client.get(reverse("portal:item", args=[k_case.pk, "police"])).content.decode()


def test_a_paper_that_a_post_asks_for_besides_can_be_a_restricted_one(in_scope: World, k_case: Case) -> None:
    manager, (outsider, *_others) = in_scope.manager.actor, outsiders(in_scope)
    extra = of_page(
        code="court_letter", kind="document", group="records", stage="collect", provider="candidate",
        name={"en": "Letter of the court", "zh": "法院证明"}, why={"en": "It asks.", "zh": "页面要求。"},
        accepts=["pdf"], sensitivity="restricted",
    )  # fmt: skip
    choose_post(case_id=k_case.pk, post_id=published_post(extra=[extra]).pk, actor=manager)
    paper = sent(k_case, "court_letter", NAME, manager)

    assert not openable_documents(outsider.actor).filter(pk=paper.pk).exists()
    assert openable_documents(manager).filter(pk=paper.pk).exists()
    assert outsider.client().get(url("change", paper)).status_code == 403
    choose_post(case_id=k_case.pk, post_id=published_post(name="Another consulate").pk, actor=manager)
    assert not openable_documents(outsider.actor).filter(pk=paper.pk).exists()
