"""What was done about members, tokens, settings and sign-ins stands in a log that only grows."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relo.accounts.changing import change_member
from relo.accounts.factors import take_factors_away
from relo.accounts.leaving import end_membership
from relo.accounts.models import ApiToken, Membership, SecurityEvent, StaffCount
from relo.accounts.old_rows import security_events
from relo.accounts.roles import Role, TokenScope
from relo.accounts.security_log import note
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import add_member, issue_token, revoke_token
from relo.accounts.sessions import end_sessions_of_member
from relo.core import clock
from relo.core.actors import system_actor
from relo.core.append_only import NeverChanged
from relo.core.errors import Conflict
from relo.core.purging import purge_old_rows
from relo.outbox.models import OutboxMessage
from relo.outbox.relay import drain
from tests.conftest import PASSWORD, World, everywhere
from tests.relo.accounts.signing_in import SECOND_STEP, SECURITY, set_up_app, sign_in

VALUE = re.compile(r"'(?:[^']|'')*'|s\d+_x\d+|\b\d+\b")
LOG = "/admin/accounts/securityevent/"
AGENCY = "/admin/accounts/agency/"


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def last_id(world: World) -> int:
    with world.scope():
        newest = SecurityEvent.objects.order_by("-id").first()
    return newest.pk if newest else 0


def lines(world: World, after: int) -> list[tuple[str, str, int | None, dict[str, str]]]:
    """act, who, whom and what besides."""
    with world.scope():
        rows = SecurityEvent.objects.filter(pk__gt=after).order_by("id")
        return [(row.act, f"{row.actor_kind}:{row.actor_ref}", row.user_id, row.data) for row in rows]


def membership(member: Any) -> Membership:
    return Membership.objects.get(user=member.user)


def test_what_is_done_about_a_member_is_written_with_it(in_scope: World) -> None:
    boss, reviewer, after = in_scope.administrator.actor, in_scope.reviewer, last_id(in_scope)
    who, whom, pk = f"staff:{boss.ref}", reviewer.user.pk, membership(reviewer).pk
    day = clock.today(in_scope.agency.time_zone) + timedelta(days=9)

    added = add_member(
        agency_id=in_scope.agency.pk, email="n@arc.example", full_name="N", role=Role.GUEST, password=PASSWORD,
        ends_on=day, actor=boss,
    )  # fmt: skip
    change_member(membership_id=pk, role=Role.CASE_MANAGER, ends_on=None, is_active=True, actor=boss)
    change_member(membership_id=pk, role=Role.CASE_MANAGER, ends_on=day, is_active=False, actor=boss)
    change_member(membership_id=pk, role=Role.CASE_MANAGER, ends_on=day, is_active=True, actor=boss)
    change_member(membership_id=pk, role=Role.CASE_MANAGER, ends_on=day, is_active=True, actor=boss)
    reviewer.client().get("/admin/")
    end_sessions_of_member(membership_id=pk, actor=boss)
    take_factors_away(membership_id=pk, actor=boss)
    end_membership(membership_id=pk, actor=boss)

    assert lines(in_scope, after) == [
        ("member.added", who, added.user_id, {"role": "guest", "ends_on": str(day)}),
        ("member.changed", who, whom, {"role": "case_manager", "role_before": "reviewer"}),
        ("member.changed", who, whom, {"ends_on": str(day), "ends_on_before": ""}),
        ("member.switched_off", who, whom, {}),
        ("member.switched_on", who, whom, {}),
        ("sessions.ended", who, whom, {"count": "1"}),
        ("factors.taken", who, whom, {}),
        ("member.ended", who, whom, {}),
    ]


def test_what_is_refused_leaves_no_line(in_scope: World) -> None:
    after = last_id(in_scope)
    with pytest.raises(Conflict):
        end_membership(membership_id=membership(in_scope.administrator).pk, actor=system_actor("tests"))
    with transaction.atomic():
        end_membership(membership_id=membership(in_scope.reviewer).pk, actor=in_scope.administrator.actor)
        transaction.set_rollback(True)

    assert lines(in_scope, after) == [] and membership(in_scope.reviewer).is_active


@pytest.mark.django_db(transaction=True)
def test_a_line_belongs_into_the_transaction_of_what_it_tells_of(world: World) -> None:
    with pytest.raises(RuntimeError, match="inside the change"):
        note(SecurityAct.MEMBER_ENDED, agency_id=world.agency.pk, actor=system_actor("tests"))


def test_tokens_and_settings(in_scope: World) -> None:
    boss, after = in_scope.administrator.actor, last_id(in_scope)
    token, _secret = issue_token(
        agency_id=in_scope.agency.pk, name="HR", role=Role.CASE_MANAGER, scopes=[TokenScope.READ],
        expires_at=clock.now() + timedelta(days=1), actor=boss,
    )  # fmt: skip
    revoke_token(token_id=token.pk, actor=boss)
    revoke_token(token_id=token.pk, actor=boss)
    said = {
        "name": in_scope.agency.name,
        "contact_email": "new@arc.example",
        "language": "en",
        "visibility": "assigned",
        "time_zone": "Asia/Shanghai",
        "requires_second_factor": "",
        "morning_hour": "8",
        "mail_from_hour": "0",
        "mail_until_hour": "24",
    }
    in_scope.administrator.client().post(AGENCY, said)
    in_scope.administrator.client().post(AGENCY, said)

    who = f"staff:{boss.ref}"
    assert lines(in_scope, after) == [
        ("token.issued", who, None, {"token": str(token.pk), "role": "case_manager"}),
        ("token.revoked", who, None, {"token": str(token.pk)}),
        ("agency.changed", who, None, {"contact_email": "", "visibility": "assigned"}),
    ]


def test_signing_in_and_what_one_changes_about_it(world: World) -> None:
    after, who, whom = last_id(world), f"staff:{world.manager.user.pk}", world.manager.user.pk
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    client.post(f"{SECURITY}recovery-codes/renew/")
    client.post(f"{SECURITY}app/remove/")
    new = "another long pass phrase"
    client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert lines(world, after) == [
        ("member.signed_in", who, whom, {}),
        ("factor.added", who, whom, {"factor": "totp"}),
        ("recovery_codes.renewed", who, whom, {}),
        ("factor.removed", who, whom, {"factor": "totp"}),
        ("password.changed", who, whom, {}),
    ]


def test_half_a_sign_in_is_none(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    after = last_id(world)
    _half, answer = sign_in(world.manager)

    assert answer["Location"] == SECOND_STEP and lines(world, after) == []


def test_wrong_passwords_are_one_line_an_account_and_quarter_of_an_hour(world: World, other_world: World, now) -> None:
    after, elsewhere = last_id(world), last_id(other_world)
    for _try in range(7):  # the last two are not judged any more
        sign_in(world.manager, "a wrong password")
    client, _answer = sign_in(world.reviewer)
    client.post("/admin/password_change/", {"old_password": "wrong", "new_password1": "x", "new_password2": "x"})
    messages = OutboxMessage.objects.filter(handler="accounts.write_count")
    assert messages.count() == 2
    assert [act for act, *_rest in lines(world, after)] == ["member.signed_in"]

    now.shift(timedelta(minutes=15))
    drain("default")
    messages.update(done_at=None, due_at=clock.now())
    drain("default")  # twice is once

    assert lines(world, after)[1:] == [
        ("password.refused", "system:sign-in", world.manager.user.pk, {"count": "7"}),
        ("password.refused", "system:sign-in", world.reviewer.user.pk, {"count": "1"}),
    ]
    assert lines(other_world, elsewhere) == []


def test_an_address_that_nobody_has_costs_the_same_and_leaves_no_line(world: World, now) -> None:
    work = []
    for email in ("nobody@arc.example", world.manager.user.email):
        world.manager.user.email = email
        with CaptureQueriesContext(connection) as queries:
            sign_in(world.manager, "a wrong password")
        work.append([VALUE.sub("#", one["sql"]) for one in queries])
    now.shift(timedelta(minutes=30))
    after = last_id(world)
    drain("default")

    assert work[0] == work[1]
    assert [act for act, *_rest in lines(world, after)] == ["password.refused"]
    assert not StaffCount.objects.filter(asked=0).exists()


def test_a_wrong_code_is_told_apart_from_a_wrong_password(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    set_up_app(client)
    now.shift(timedelta(seconds=31))
    client, _answer = sign_in(world.manager)
    after = last_id(world)
    client.post(SECOND_STEP, {"code": "12345678"})
    now.shift(timedelta(minutes=15))
    drain("default")

    assert lines(world, after) == [("code.refused", "system:sign-in", world.manager.user.pk, {"count": "1"})]


CHANGES = {
    "save": lambda row: row.save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: SecurityEvent.objects.update(act="member.ended"),
    "delete all": lambda row: SecurityEvent.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_line_is_never_changed_or_removed(in_scope: World, change: Any) -> None:
    before = lines(in_scope, 0)
    with pytest.raises(NeverChanged), transaction.atomic():
        change(SecurityEvent.objects.order_by("id").first())

    assert lines(in_scope, 0) == before != []


@pytest.mark.parametrize("statement", ["UPDATE {table} SET act = 'x'", "DELETE FROM {table}"])
def test_on_postgresql_not_even_plain_sql_changes_a_line(in_scope: World, statement: str) -> None:
    before = lines(in_scope, 0)
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table=SecurityEvent._meta.db_table))
    else:
        assert connection.vendor == "sqlite"  # keeps no triggers

    assert lines(in_scope, 0) == before != []


def test_what_is_older_than_four_hundred_days_goes_and_nothing_else(in_scope: World) -> None:
    def line(days: int) -> int:
        row = SecurityEvent.objects.create(
            act="member.ended", actor_kind="system", actor_ref="tests", at=clock.now() - timedelta(days=days)
        )
        return int(row.pk)

    kept = [*SecurityEvent.objects.values_list("pk", flat=True), line(400), line(1)]
    line(402)
    line(5000)
    purge_old_rows()

    assert sorted(SecurityEvent.objects.values_list("pk", flat=True)) == sorted(kept)
    with everywhere():
        assert not security_events(clock.now()).exists()


def test_administrators_read_it_newest_first_in_words(world: World, other_world: World) -> None:
    boss = world.administrator.client()
    other_world.administrator.client().post(
        reverse("admin:accounts_membership_end", args=[membership(other_world.reviewer).pk])
    )
    boss.post(
        reverse("admin:accounts_membership_edit", args=[membership(world.reviewer).pk]),
        {"role": "read_only", "ends_on": "", "is_active": "on"},
    )
    boss.post(reverse("admin:accounts_apitoken_revoke", args=[ApiToken.objects.get(agency=world.agency).pk]))

    page = boss.get(LOG).content.decode()
    assert "role: Read only; role before: Reviewer" in page and "ARC reviewer" in page
    assert page.index("API token revoked") < page.index("Membership changed") < page.index("Member added")
    assert "ARC administrator" in page and "tests" in page and "BEL" not in page
    assert "Membership changed" not in boss.get(f"{LOG}?about=agency").content.decode()
    chinese = world.administrator.client("zh-hans").get(LOG).content.decode()
    assert "Membership changed" not in chinese and "role before" not in chinese
    assert world.manager.client().get(LOG).status_code == 403


def test_a_page_of_the_log_costs_the_same_however_long_it_is(world: World) -> None:
    def queries() -> int:
        client = world.administrator.client()
        client.get("/admin/")
        with CaptureQueriesContext(connection) as made:
            client.get(LOG)
        return len(made)

    def add(number: int) -> None:
        add_member(
            agency_id=world.agency.pk, email=f"{number}@arc.example", full_name=str(number), role=Role.REVIEWER,
            password=PASSWORD, actor=world.administrator.actor,
        )  # fmt: skip

    add(0)
    before = queries()
    for number in range(1, 10):
        add(number)

    assert queries() == before
