"""Which cases a member sees. One that is out of sight answers as if it were not there, through every door."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cases.models import Candidate, Case, CaseAssignment
from cases.selectors import candidates_visible_to, cases_visible_to, visible_case
from cases.services.assigning import assign_member, unassign_member
from cases.services.changing import change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.moving import move_case
from cases.services.opening import open_case
from documents.models import Document, Packet
from documents.selectors import documents_visible_to, packets_visible_to
from documents.services.packets import request_packet, seal_packet
from documents.services.reviewing import accept_document
from documents.services.uploading import upload_document
from relo.accounts.models import Agency
from relo.accounts.roles import Role, Visibility
from relo.accounts.services import actor_of_user
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.api import Program
from tests.case_steps import SAMPLES
from tests.conftest import Member, World, anna, timeline
from tests.guards.test_matrix import calls, filled, missing_ids
from tests.relo.accounts.test_members import member_of, today


def narrow(world: World) -> None:
    Agency.objects.filter(pk=world.agency.pk).update(visibility=Visibility.ASSIGNED)


def now_as(member: Member) -> Actor:
    actor = actor_of_user(member.user)
    assert actor is not None
    return actor


@dataclass(frozen=True)
class Stored:
    case: Case
    ids: dict[str, str]

    def state(self) -> tuple[object, ...]:
        return (
            list(Case.objects.values_list("stage", "external_ref", "manager", "updated_at")),
            list(self.case.items.order_by("pk").values_list("state", flat=True)),
            list(Document.objects.values_list("state", flat=True)),
            list(Packet.objects.values_list("state", flat=True)),
            list(CaseAssignment.objects.values_list("user", flat=True)),
            timeline(self.case),
        )


@pytest.fixture
def stored(in_scope: World) -> Stored:
    """Anna's case with a document and a packet; the administrator runs it, and nobody is assigned."""
    boss = in_scope.administrator
    case = open_case(route_code="CN-K", candidate=anna(), actor=boss.actor, manager_id=boss.user.pk)
    with (SAMPLES / "cv.pdf").open("rb") as file:
        document = upload_document(case_id=case.pk, code="cv", file=file, file_name="anna.pdf", actor=boss.actor)
    packet = Packet.objects.create(
        case=case, number=1, inputs={}, fingerprint="0", requested_by="tests", requested_at=clock.now()
    )
    ids = {"case_id": case.pk, "document_id": document.pk, "packet_id": packet.pk, "candidate": case.candidate_id}
    return Stored(case, {**missing_ids(), **{name: str(value) for name, value in ids.items()}, "code": "cv"})


OBJECTS = {"candidate": "candidate", "case": "case_id", "document": "document_id", "packet": "packet_id"}
DOORS = [
    (address, method)
    for address, method, _permission in calls("staff")
    if re.match(r"/admin/(cases/c|documents/(?!postcopy))", address) and "<uuid:" in address
]


def posted(address: str) -> dict[str, object]:
    if "/upload/" in address:
        return {"file": io.BytesIO((SAMPLES / "cv.pdf").read_bytes())}
    return {"move": "withdraw", "member": "1", "reason": "illegible", "note": "x", "sha256": "0", "external_ref": "X"}


@pytest.mark.parametrize("who", ["case_manager", "guest"])
@pytest.mark.parametrize(("address", "method"), DOORS)
def test_what_is_out_of_sight_answers_as_if_it_were_not_there(in_scope, stored, address, method, who):
    """A guest also where the agency shows everything to its members; what a guest may not do at all is 403 for both."""
    if who == "case_manager":
        narrow(in_scope)
        client = in_scope.manager.client()
    else:
        client = member_of(in_scope, Role.GUEST, ends_on=today(in_scope) + timedelta(days=9)).client()
    before = stored.state()

    def answer(ids: dict[str, str]):
        kind = OBJECTS[address.split("/")[3]]
        path = filled(address, {**ids, "object_id": ids[kind]})
        return getattr(client, method)(path, posted(address) if method == "post" else {}), path

    (hidden, path), (missing, other) = (
        answer(stored.ids),
        answer({**stored.ids, **dict.fromkeys(OBJECTS.values(), str(uuid4()))}),
    )

    assert hidden.status_code == missing.status_code and hidden.status_code in (
        (404,) if who == "case_manager" else (404, 403)
    )
    assert hidden.content.replace(path.encode(), b"") == missing.content.replace(other.encode(), b"")
    assert stored.state() == before


LISTS = [
    "/admin/cases/case/?closed=all",
    "/admin/cases/case/?q=Anna",
    "/admin/cases/case/?q=L898902C3",
    "/admin/cases/case/?whose_turn=candidate",
    "/admin/cases/case/?manager={boss}",
    "/admin/cases/candidate/",
    "/admin/cases/candidate/?q=Eriksson",
    "/admin/cases/candidate/?q=L898902C3",
    "/admin/documents/document/?state=all",
    "/admin/documents/packet/",
]


@pytest.mark.parametrize("address", LISTS)
def test_lists_searches_and_filters_leave_it_out(in_scope, stored, address):
    path = address.format(boss=in_scope.administrator.user.pk)
    guest = member_of(in_scope, Role.GUEST, ends_on=today(in_scope) + timedelta(days=9))

    def shows(member: Member) -> bool:
        page = member.client().get(path).content.decode()
        return stored.case.reference in page or "Anna Maria" in page

    assert shows(in_scope.manager)
    assert not shows(guest)
    narrow(in_scope)
    assert not shows(in_scope.manager)
    assert shows(in_scope.administrator)
    CaseAssignment.objects.create(case=stored.case, user=in_scope.manager.user)
    CaseAssignment.objects.create(case=stored.case, user=guest.user)
    for member in (in_scope.manager, guest):
        assert shows(member)


def test_the_panels_of_the_first_page_leave_it_out(in_scope, stored):
    """The document that waits, and the packet that failed."""
    Packet.objects.update(state="failed")
    assert in_scope.manager.client().get("/admin/").content.decode().count(stored.case.reference) >= 2

    narrow(in_scope)

    assert stored.case.reference not in in_scope.manager.client().get("/admin/").content.decode()


def services(ids: dict[str, str], actor: Actor):
    case_id = Case.objects.get().pk
    return [
        lambda: visible_case(case_id, actor),
        lambda: change_case(case_id=case_id, actor=actor, external_ref="X"),
        lambda: change_case(case_id=case_id, actor=actor, facts={"has_offer": True}),
        lambda: move_case(case_id=case_id, move_name="withdraw", reason="Not in this test.", actor=actor),
        lambda: settle_item(case_id=case_id, code="cv", actor=actor),
        lambda: waive_item(case_id=case_id, code="cv", reason="Seen at the office", actor=actor),
        lambda: assign_member(case_id=case_id, user_id=int(actor.ref), actor=actor),
        lambda: unassign_member(case_id=case_id, user_id=int(actor.ref), actor=actor),
        lambda: accept_document(document_id=UUID(ids["document_id"]), actor=actor),
        lambda: request_packet(case_id=case_id, actor=actor),
        lambda: seal_packet(packet_id=UUID(ids["packet_id"]), actor=actor),
        lambda: upload_document(case_id=case_id, code="cv", file=io.BytesIO(b"%PDF"), file_name="x", actor=actor),
        lambda: open_case(route_code="CN-K", candidate=Candidate.objects.get().pk, actor=actor),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(13))
def test_no_service_finds_it(in_scope, stored, number):
    narrow(in_scope)
    before = stored.state()
    act = services(stored.ids, now_as(in_scope.manager))

    assert len(act) == 13
    with pytest.raises(NotFound):
        act[number]()

    assert stored.state() == before and Case.objects.count() == 1


def test_its_manager_and_those_assigned_see_all_that_hangs_on_it(in_scope, stored):
    narrow(in_scope)
    reviewer, boss = in_scope.reviewer, in_scope.administrator.actor

    def seen(member: Member) -> list[int]:
        actor = now_as(member)
        each = (cases_visible_to, candidates_visible_to, documents_visible_to, packets_visible_to)
        return [rows(actor).count() for rows in each]

    assert seen(reviewer) == [0, 0, 0, 0] and seen(in_scope.administrator) == [1, 1, 1, 1]
    assign_member(case_id=stored.case.pk, user_id=reviewer.user.pk, actor=boss)
    assign_member(case_id=stored.case.pk, user_id=in_scope.read_only.user.pk, actor=boss)
    assert seen(reviewer) == [1, 1, 1, 1]
    change_case(case_id=stored.case.pk, manager_id=in_scope.manager.user.pk, actor=boss)
    assert seen(in_scope.manager) == [1, 1, 1, 1]
    unassign_member(case_id=stored.case.pk, user_id=reviewer.user.pk, actor=boss)
    assert seen(reviewer) == [0, 0, 0, 0] and seen(in_scope.read_only) == [1, 1, 1, 1]


def test_a_program_sees_the_whole_agency(in_scope, stored):
    narrow(in_scope)
    program = Program(in_scope)

    assert [row["id"] for row in program.get("cases/").json()["results"]] == [str(stored.case.pk)]
    assert program.get(f"cases/{stored.case.pk}/").status_code == 200
    assert program.get(f"documents/{stored.ids['document_id']}/").status_code == 200


def test_whoever_opens_a_case_manages_it_where_nobody_else_is_named(in_scope):
    first = open_case(route_code="CN-K", candidate=anna(), actor=in_scope.manager.actor)
    narrow(in_scope)
    actor = now_as(in_scope.manager)
    second = open_case(route_code="CN-K", candidate=anna(email="b@example.org"), actor=actor)
    named = open_case(
        route_code="CN-K", candidate=anna(email="c@example.org"), actor=actor, manager_id=in_scope.administrator.user.pk
    )

    assert [case.manager_id for case in (first, second, named)] == [
        None,
        in_scope.manager.user.pk,
        in_scope.administrator.user.pk,
    ]
    assert list(cases_visible_to(actor)) == [second]


def test_a_case_handed_over_is_left_for_the_list(in_scope):
    narrow(in_scope)
    case = open_case(route_code="CN-K", candidate=anna(), actor=now_as(in_scope.manager))
    details = reverse("admin:cases_case_details", args=[case.pk])

    answer = in_scope.manager.client().post(details, {"manager": in_scope.administrator.user.pk})

    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:cases_case_changelist"))
    case.refresh_from_db()
    assert case.manager_id == in_scope.administrator.user.pk


def test_assigning_is_told_in_the_timeline_once(in_scope, k_case, staff):
    user = in_scope.reviewer.user
    for _ in range(2):
        assign_member(case_id=k_case.pk, user_id=user.pk, actor=staff)
    unassign_member(case_id=k_case.pk, user_id=user.pk, actor=staff)
    with pytest.raises(Conflict) as refused:
        unassign_member(case_id=k_case.pk, user_id=user.pk, actor=staff)

    assert refused.value.code == "member_not_assigned" and not CaseAssignment.objects.exists()
    assert timeline(k_case) == ["case.opened", "member.assigned", "member.unassigned"]
    assert k_case.events.get(kind="member.assigned").data == {"member": str(user.pk)}


def test_only_members_in_force_who_may_see_cases_are_assigned(in_scope, other_world, k_case, staff):
    contact = member_of(in_scope, Role.EMPLOYER_CONTACT)
    for user in (contact.user, other_world.manager.user):
        with pytest.raises(Invalid) as refused:
            assign_member(case_id=k_case.pk, user_id=user.pk, actor=staff)
        assert refused.value.code == "member_unknown"
    with pytest.raises(NotPermitted):
        assign_member(case_id=k_case.pk, user_id=in_scope.reviewer.user.pk, actor=in_scope.reviewer.actor)

    assert not CaseAssignment.objects.exists() and timeline(k_case) == ["case.opened"]


def test_people_are_assigned_and_taken_off_on_the_page_of_the_case(in_scope, k_case):
    client, user = in_scope.manager.client(), in_scope.reviewer.user
    page = reverse("admin:cases_case_change", args=[k_case.pk])
    assert "Assign to the case" in client.get(page).content.decode()
    assert "Assign to the case" not in in_scope.reviewer.client().get(page).content.decode()

    client.post(reverse("admin:cases_case_assign", args=[k_case.pk]), {"member": user.pk})

    shown = client.get(page).content.decode()
    assert "Take off the case" in shown and "Member assigned to the case" in shown and shown.count("ARC reviewer") >= 2
    client.post(reverse("admin:cases_case_unassign", args=[k_case.pk, user.pk]))
    assert not CaseAssignment.objects.exists()
    answer = client.post(reverse("admin:cases_case_assign", args=[k_case.pk]), {"member": "no one"}, follow=True)
    assert "Choose a member of the agency" in answer.content.decode() and not CaseAssignment.objects.exists()


def test_a_person_out_of_sight_is_not_pointed_to_when_entered_again(in_scope, stored):
    """That the address is taken must be said; whose it is not."""
    person = {"given_names": "Anna", "email": "anna@example.org", "language": "en", "time_zone": "UTC"}
    known = reverse("admin:cases_case_add") + f"?candidate={stored.ids['candidate']}"
    pointer = f"candidate={stored.ids['candidate']}"
    client = in_scope.manager.client()
    assert pointer in client.post(reverse("admin:cases_case_add"), person).content.decode()
    assert client.get(known).status_code == 200

    narrow(in_scope)

    page = client.post(reverse("admin:cases_case_add"), person).content.decode()
    assert "A candidate with this e-mail exists" in page and pointer not in page
    assert client.get(known).status_code == 404
