"""tests/guards/matrix.toml against the running resolver: no address unlisted, none open to whom it is closed to."""

import io
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cases.models import Case, ChecklistItem, Post, PostEdition
from cases.records import KINDS
from cases.services.opening import open_case
from cases.services.post_editions import draft_edition
from cases.services.process import add_record
from documents.models import Document, Packet, PostCopy
from documents.services.post_copies import keep_copy
from documents.services.uploading import upload_document
from relo.accounts.models import ApiToken, Membership
from relo.accounts.roles import PERMISSIONS, Permission, Role, TokenScope
from relo.accounts.services import issue_token
from relo.core import clock
from relo.core.actors import system_actor
from relo.outbox.models import OutboxMessage
from tests.api import BODIES
from tests.case_steps import SAMPLES, new_post, page_says, records_with
from tests.conftest import Member, World, anna
from tests.days import in_days

ROOT = Path(__file__).resolve().parents[2]
MATRIX = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())
METHODS = ("get", "post", "patch", "put", "delete")


def addresses(patterns, prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        elif isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)


def calls(who: str) -> list[tuple[str, str, str]]:
    """(address, method, permission) of everything that `who` may call."""
    return [
        (address, method, row[method])
        for address, row in MATRIX.items()
        if row["who"] == who
        for method in METHODS
        if method in row
    ]


def test_every_address_is_listed_and_every_listed_address_exists():
    assert set(addresses(get_resolver().url_patterns)) == set(MATRIX)


def test_every_check_that_a_mutant_takes_away_stands_in_the_code_once():
    mutants = tomllib.loads((ROOT / "tests" / "matrix" / "mutants.toml").read_text())["mutant"]

    assert [row["name"] for row in mutants if (ROOT / row["place"]).read_text().count(row["before"]) != 1] == []


def test_every_permission_in_the_matrix_is_one_of_the_table():
    named = {permission for who in ("token", "staff", "candidate") for _a, _m, permission in calls(who)} - {""}

    assert named <= set(Permission)


def a_client(world: World, **headers: str) -> Client:
    return Client(headers=headers)


def filled(address: str, ids: dict[str, str]) -> str:
    if "(?P<url>" in address:
        return "/admin/no-such-page/"
    return re.sub(r"<\w+:(\w+)>", lambda match: ids[match.group(1)], address)


def missing_ids() -> dict[str, str]:
    anything = str(uuid4())
    return {
        **dict.fromkeys(
            ("case_id", "candidate_id", "object_id", "document_id", "packet_id", "token_id", "version_id", "change_id"),
            anything,
        ),
        **{f"{kind}_id": anything for kind in KINDS},
        "record_id": anything,
        "kind": "status",
        "move_name": "withdraw",
        "section": "requirements",
        "part": "cv",
        "group_key": "0" * 16,
        **dict.fromkeys(("post_id", "edition_id", "copy_id", "proposal_id", "pause_id", "reminder_id"), anything),
        "page": "1",
        "code": "passport",
        "paper": "consent",
        "rule": "K-AGE",
        "token": "x" * 40,
        "membership_id": "999999",
        "user_id": "999999",
        "passkey_id": "999999",
        "message_id": "999999",
        "session_id": "999999",
    }


def ids_for(address: str) -> dict[str, str]:
    ids = missing_ids()
    if "<int:object_id>" in address:
        ids["object_id"] = "999999"
    return ids


@pytest.mark.parametrize(("address", "method", "_permission"), calls("token"))
def test_without_a_token_the_api_says_401(routes, address, method, _permission):
    answer = getattr(Client(), method)(filled(address, ids_for(address)))

    assert answer.status_code == 401 and answer.json()["code"] == "token_missing"


@pytest.mark.parametrize(("address", "method", "_permission"), calls("staff"))
def test_without_a_staff_session_the_admin_leads_to_its_sign_in(routes, address, method, _permission):
    answer = getattr(Client(), method)(filled(address, ids_for(address)))

    assert answer.status_code == 302 and answer["Location"].startswith("/admin/"), answer.status_code
    assert "login" in answer["Location"] or address == "/admin/logout/"


@pytest.mark.parametrize(("address", "method", "_permission"), calls("candidate"))
def test_without_a_portal_session_the_portal_leads_to_its_sign_in(routes, address, method, _permission):
    answer = getattr(Client(), method)(filled(address, ids_for(address)))

    assert answer.status_code in (302, 303) and answer["Location"].startswith("/portal/sign-in/")


@pytest.mark.parametrize(("address", "method", "_permission"), [*calls("token"), *calls("candidate")])
def test_a_staff_session_opens_neither_the_api_nor_the_portal(world, address, method, _permission):
    answer = getattr(world.administrator.client(), method)(filled(address, ids_for(address)))

    assert answer.status_code == 401 or answer["Location"].startswith("/portal/sign-in/")


@pytest.mark.parametrize(("address", "method", "_permission"), calls("staff"))
def test_a_token_does_not_open_the_admin(world, address, method, _permission):
    client = Client(headers={"Authorization": f"Bearer {world.token}"})
    answer = getattr(client, method)(filled(address, ids_for(address)))

    assert answer.status_code == 302


@pytest.fixture
def stored(in_scope: World) -> dict[str, str]:
    """Ids of real rows of the agency: a refusal must not hide behind "not found"."""
    case = open_case(route_code="CN-K", candidate=anna(), actor=in_scope.manager.actor)
    with (SAMPLES / "cv.pdf").open("rb") as file:
        document = upload_document(
            case_id=case.pk, code="cv", file=file, file_name="cv.pdf", actor=in_scope.manager.actor
        )
    packet = Packet.objects.create(
        case=case, number=1, inputs={}, fingerprint="0", requested_by="tests", requested_at=clock.now()
    )
    records = {
        kind: str(add_record(case_id=case.pk, kind=kind, values=values, actor=in_scope.manager.actor).pk)
        for kind, values in records_with("ours", in_days(0)).items()
    }
    edition = draft_edition(
        post_id=new_post().pk, route_code="CN-K", content=page_says(), actor=in_scope.administrator.actor
    )
    with (SAMPLES / "cv.pdf").open("rb") as file:
        copy = keep_copy(edition_id=edition.pk, file=file, file_name="page.pdf", actor=in_scope.administrator.actor)
    return {
        **missing_ids(),
        **{f"{kind}_id": record_id for kind, record_id in records.items()},
        "record_id": records["status"],
        "post_id": str(edition.post_id),
        "edition_id": str(edition.pk),
        "copy_id": str(copy.pk),
        "case_id": str(case.pk),
        "candidate_id": str(case.candidate_id),
        "document_id": str(document.pk),
        "packet_id": str(packet.pk),
        "code": "cv",
        "paper": "consent",
    }


def a_role_without(permission: str) -> Role:
    """The role that may do most, and yet not this."""
    lacking = [role for role in Role if permission not in PERMISSIONS[role] and role != Role.GUEST]
    return max(lacking, key=lambda role: len(PERMISSIONS[role]))


def state() -> tuple[object, ...]:
    """What a refused call must leave as it was."""
    return (
        list(Case.objects.values_list("stage", "external_ref", "updated_at")),
        list(ChecklistItem.objects.order_by("pk").values_list("state", flat=True)),
        list(Document.objects.values_list("state", flat=True)),
        list(Packet.objects.values_list("state", flat=True)),
        list(Post.objects.values_list("is_active", flat=True)),
        list(PostEdition.objects.values_list("status", "content_sha256")),
        list(PostCopy.objects.values_list("sha256", flat=True)),
        list(ApiToken.objects.order_by("pk").values_list("revoked_at", flat=True)),
        list(Membership.objects.order_by("pk").values_list("is_active", flat=True)),
    )


RESTRICTED = [call for call in calls("token") if call[2] and any(call[2] not in PERMISSIONS[role] for role in Role)]


@pytest.mark.parametrize(("address", "method", "permission"), RESTRICTED)
def test_a_token_whose_role_lacks_the_permission_is_refused_and_changes_nothing(
    in_scope, stored, address, method, permission
):
    _token, secret = issue_token(
        agency_id=in_scope.agency.pk,
        name="lacking",
        role=a_role_without(permission),
        scopes=list(TokenScope),
        expires_at=clock.now() + timedelta(days=1),
        actor=system_actor("tests"),
    )
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    before = state()
    path = filled(address, stored)
    if address.endswith("/documents/"):
        answer = client.post(path, {"file": io.BytesIO(b"%PDF-1.7")})
    else:
        body = {} if method == "get" else {"data": BODIES.get(address, {}), "content_type": "application/json"}
        answer = getattr(client, method)(path, **body)

    assert answer.status_code == 403, (answer.status_code, answer.content)
    assert answer.json()["code"] == "not_permitted" and state() == before


STAFF_ONLY_SOME = [
    call for call in calls("staff") if call[2] and any(call[2] not in PERMISSIONS[role] for role in Role)
]


@pytest.mark.parametrize(("address", "method", "permission"), STAFF_ONLY_SOME)
def test_a_member_whose_role_lacks_the_permission_is_refused_and_changes_nothing(
    in_scope, stored, address, method, permission
):
    member: Member = in_scope.read_only
    Membership.objects.filter(user=member.user).update(role=a_role_without(permission), ends_on=in_days(9))
    message = OutboxMessage.objects.create(queue="mail", handler="x", key="1", due_at=clock.now(), dead_at=clock.now())
    own = {
        **stored,
        "membership_id": str(Membership.objects.get(user=in_scope.manager.user).pk),
        "token_id": str(ApiToken.objects.get().pk),
        "message_id": str(message.pk),
        "code": "K-AGE" if "findings" in address else "cv",
        "paper": "consent",
    }
    own["object_id"] = (
        {
            "candidate": str(Case.objects.get().candidate_id),
            "case": stored["case_id"],
            "document": stored["document_id"],
            "packet": stored["packet_id"],
            "post": stored["post_id"],
            "membership": own["membership_id"],
            "apitoken": own["token_id"],
            "outboxmessage": own["message_id"],
            "rulechange": str(uuid4()),
            "routeversion": str(Case.objects.get().route_version_id),
        }[address.split("/")[3]]
        if "object_id" in address
        else ""
    )
    before = state()
    answer = getattr(member.client(), method)(filled(address, own))

    assert answer.status_code == 403, answer.status_code
    assert state() == before


def foreign_calls() -> list[tuple[str, str]]:
    return [(address, method) for address, method, _p in calls("token") if "<uuid:" in address]


@pytest.mark.parametrize(("address", "method"), foreign_calls())
def test_another_agencys_ids_answer_like_missing_ones(in_scope, stored, other_world, address, method):
    client = Client(headers={"Authorization": f"Bearer {other_world.token}"})

    def answer(ids: dict[str, str]):
        if address.endswith("/documents/"):
            return client.post(filled(address, ids), {"file": io.BytesIO((SAMPLES / "cv.pdf").read_bytes())})
        body = {} if method == "get" else {"data": BODIES.get(address, {}), "content_type": "application/json"}
        return getattr(client, method)(filled(address, ids), **body)

    before = state()
    foreign, missing = answer(stored), answer({**stored, **missing_ids()})

    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert foreign.status_code == 404 and state() == before


def test_ids_are_random(k_case):
    assert UUID(str(k_case.pk)).version == 4
