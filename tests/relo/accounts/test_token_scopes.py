"""What a token may do: its role's rights, as far as one of its scopes names them."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.admin.timeline import lines
from cases.packs import pack_of_case
from cases.selectors import timeline_of
from documents.models import Document, Packet
from documents.services.uploading import upload_document
from relo.accounts.leaving import end_membership
from relo.accounts.models import ApiToken
from relo.accounts.roles import Permission, Role, TokenScope
from relo.accounts.services import issue_token, revoke_token
from relo.core import clock
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.errors import Invalid, NotPermitted
from tests.api import Program, anna_json
from tests.case_steps import SAMPLES
from tests.conftest import World, timeline
from tests.relo.accounts.test_members import change, member_of, today

NEW_CASE = {"route": "CN-K", "candidate": anna_json(email="second@example.org")}
# method, path, body, and the scopes it takes
CALLS = [
    ("get", "routes/", None, {"read"}),
    ("get", "cases/", None, {"read"}),
    ("get", "cases/{case}/", None, {"read"}),
    ("get", "cases/{case}/checklist/", None, {"read"}),
    ("get", "cases/{case}/timeline/", None, {"read"}),
    ("get", "documents/{document}/", None, {"read"}),
    ("get", "packets/{packet}/", None, {"read"}),
    ("get", "packets/{packet}/manifest/", None, {"read"}),
    ("get", "documents/{document}/content/", None, {"read", "files"}),
    ("get", "packets/{packet}/content/", None, {"read", "files"}),
    ("post", "cases/", NEW_CASE, {"write"}),
    ("patch", "cases/{case}/", {"external_ref": "X"}, {"read", "write"}),
    ("post", "cases/{case}/moves/", {"move": "withdraw", "reason": "Not in this test."}, {"read", "write"}),
    ("post", "cases/{case}/checklist/cv/waive/", {"reason": "Seen at the office"}, {"read", "write"}),
    ("post", "cases/{case}/packets/", {}, {"read", "write"}),
    ("post", "mail/bounces/", {"address": "nobody@example.org", "kind": "hard"}, {"mail:bounces"}),
    ("post", "documents/{document}/accept/", {}, {"read", "review"}),
    ("post", "documents/{document}/request-changes/", {"reason": "illegible"}, {"read", "review"}),
]


def issued(world: World, *scopes: str, role: Role = Role.ADMINISTRATOR, days: float = 30) -> str:
    _token, secret = issue_token(
        agency_id=world.agency.pk,
        name="Payroll",
        role=role,
        scopes=[TokenScope(scope) for scope in scopes],
        expires_at=clock.now() + timedelta(days=days),
        actor=system_actor("tests"),
    )
    return secret


@pytest.fixture
def ids(k_case, staff) -> dict[str, str]:
    with (SAMPLES / "cv.pdf").open("rb") as file:
        document = upload_document(case_id=k_case.pk, code="cv", file=file, file_name="cv.pdf", actor=staff)
    packet = Packet.objects.create(
        case=k_case, number=1, inputs={}, fingerprint="0", requested_by="tests", requested_at=clock.now()
    )
    return {"case": str(k_case.pk), "document": str(document.pk), "packet": str(packet.pk)}


@pytest.mark.parametrize(("method", "path", "body", "takes"), CALLS)
def test_a_call_takes_these_scopes_and_each_of_them(in_scope, ids, k_case, method, path, body, takes):
    def answer(scopes: set[str]):
        program = Program(None, issued(in_scope, *scopes))
        return getattr(program, method)(path.format(**ids), **({} if body is None else {"body": body}))

    before = timeline(k_case)
    for missing in takes:
        refused = answer(set(TokenScope.values) - {missing})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted"), missing
        assert refused.json()["permission"] in set(Permission)
    assert timeline(k_case) == before and Document.objects.get().state == "ready"

    assert answer(takes).status_code in (200, 201, 202, 409)


def test_a_scope_gives_no_more_than_the_role(in_scope, ids):
    program = Program(None, issued(in_scope, *TokenScope.values, role=Role.READ_ONLY))

    assert program.get(f"cases/{ids['case']}/").status_code == 200
    assert program.patch(f"cases/{ids['case']}/", {"external_ref": "X"}).status_code == 403
    assert program.post(f"documents/{ids['document']}/accept/").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scopes": []}, "token_without_scope"),
        ({"role": Role.GUEST}, "token_of_a_guest"),
        ({"expires_at": timedelta(days=401)}, "token_expiry"),
        ({"expires_at": timedelta(seconds=-1)}, "token_expiry"),
    ],
)
def test_a_token_that_cannot_be_is_not_issued(in_scope, wrong, code):
    said = {"role": Role.CASE_MANAGER, "scopes": [TokenScope.READ], "expires_at": timedelta(days=399), **wrong}
    with pytest.raises(Invalid) as refused:
        issue_token(
            agency_id=in_scope.agency.pk,
            name="HR",
            actor=in_scope.administrator.actor,
            **{**said, "expires_at": clock.now() + said["expires_at"]},
        )

    assert refused.value.code == code and not ApiToken.objects.filter(name="HR").exists()


def test_nobody_issues_a_token_that_may_do_more_than_they(in_scope):
    """A role that manages members and does little else is not in the table yet; the rule holds for it already."""
    little = Actor(
        ActorKind.STAFF,
        in_scope.administrator.actor.ref,
        in_scope.agency.pk,
        frozenset({Permission.MANAGE_MEMBERS, *in_scope.read_only.actor.permissions}),
    )

    def issue(*scopes: TokenScope) -> None:
        issue_token(
            agency_id=in_scope.agency.pk,
            name="HR",
            role=Role.CASE_MANAGER,
            scopes=scopes,
            expires_at=clock.now() + timedelta(days=1),
            actor=little,
        )

    with pytest.raises(NotPermitted):
        issue(TokenScope.READ, TokenScope.WRITE)
    assert not ApiToken.objects.filter(name="HR").exists()
    issue(TokenScope.READ)


def test_a_token_is_good_as_long_as_whoever_issued_it_may_do_what_it_may(in_scope, ids):
    boss = member_of(in_scope, Role.ADMINISTRATOR, name="boss")
    _token, secret = issue_token(
        agency_id=in_scope.agency.pk,
        name="Theirs",
        role=Role.CASE_MANAGER,
        scopes=[TokenScope.READ, TokenScope.WRITE],
        expires_at=clock.now() + timedelta(days=300),
        actor=boss.actor,
    )
    token, administrator = ApiToken.objects.get(name="Theirs"), in_scope.administrator
    page = reverse("admin:accounts_membership_change", args=[boss.user.membership.pk])
    assert "1 API token that this person issued stops working" in administrator.client().get(page).content.decode()

    def code() -> int:
        return Program(None, secret).get("cases/").status_code

    change(boss, administrator.actor, role=Role.CASE_MANAGER)  # may still do all that it may
    assert code() == 200
    change(boss, administrator.actor, role=Role.REVIEWER)
    assert code() == 401
    change(boss, administrator.actor, role=Role.CASE_MANAGER, ends_on=today(in_scope))
    assert code() == 200
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert code() == 401
    change(boss, administrator.actor, ends_on=None)
    end_membership(membership_id=boss.user.membership.pk, actor=administrator.actor)
    assert code() == 401
    shown = administrator.client().get(reverse("admin:accounts_apitoken_change", args=[token.pk])).content.decode()
    assert "Whoever issued it left" in shown and "Revoke it" in shown


def test_a_revoked_token_opens_nothing_from_the_next_request_on(in_scope, ids):
    program = Program(None, issued(in_scope, "read"))
    assert program.get("cases/").status_code == 200

    revoke_token(token_id=ApiToken.objects.get(name="Payroll").pk, actor=in_scope.administrator.actor)

    assert program.get("cases/").status_code == 401


def test_a_token_stands_in_the_timeline_under_its_own_name(in_scope, k_case):
    Program(None, issued(in_scope, "read", "write")).patch(f"cases/{k_case.pk}/", {"external_ref": "X"})

    shown = lines(timeline_of(k_case)[:1], pack_of_case(k_case))
    assert [(line.what, line.who) for line in shown] == [("Case details changed", "Payroll (API)")]


def test_the_form_ticks_reading_and_issues_what_is_ticked(world):
    client = world.administrator.client()
    page = client.get("/admin/accounts/apitoken/add/").content.decode()
    ticked = [line for line in page.split("<input") if 'name="scopes"' in line and "checked" in line]
    assert len(ticked) == 1 and 'value="read"' in ticked[0]

    known = {"name": "HR", "role": "case_manager", "days": "90"}
    assert client.post("/admin/accounts/apitoken/add/", known).status_code == 422
    client.post("/admin/accounts/apitoken/add/", {**known, "scopes": ["read", "files"]})

    assert ApiToken.objects.get(name="HR").scopes == ["read", "files"]
    assert (
        "Download documents and packets"
        in client.get(f"/admin/accounts/apitoken/{ApiToken.objects.get(name='HR').pk}/change/").content.decode()
    )
