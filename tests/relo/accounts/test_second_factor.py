"""An agency that asks for a second factor; and proving again who one is before what matters."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from relo.accounts.agencies import AgencySettings, change_agency
from relo.accounts.factors import has_second_factor
from relo.accounts.models import Agency, ApiToken, Membership
from relo.accounts.roles import Visibility
from relo.core import clock
from relo.core.errors import NotPermitted
from tests.conftest import PASSWORD, World
from tests.relo.accounts.signing_in import SECURITY, code_of, is_in, set_up_app, sign_in
from tests.relo.desk.test_administration import MEMBERS, TOKENS, someone

AGENCY = "/admin/accounts/agency/"
CONFIRM = "/admin/security/confirm/"
TOKEN = {"name": "HR", "role": "case_manager", "scopes": "read", "days": "90"}


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def strict(world: World) -> World:
    Agency.objects.filter(pk=world.agency.pk).update(requires_second_factor=True)
    return world


def test_a_new_agency_asks_for_a_second_factor(db) -> None:
    assert Agency.objects.create(name="New", code="NEW").requires_second_factor


def test_where_it_is_asked_for_a_member_without_one_can_set_one_up_and_nothing_else(strict: World, k_case) -> None:
    client, _answer = sign_in(strict.manager)
    closed = [
        "/admin/",
        "/admin/cases/case/",
        reverse("admin:cases_case_change", args=[k_case.pk]),
        "/admin/password_change/",
        "/admin/security/sessions/",
        "/admin/no-such-page/",
    ]
    for path in closed:
        assert client.get(path)["Location"] == SECURITY, path
    moved = client.post(reverse("admin:cases_case_move", args=[k_case.pk]), {"move": "withdraw"})
    assert moved["Location"] == SECURITY
    k_case.refresh_from_db()
    assert k_case.closed_at is None
    assert "Your agency asks every member for a second factor" in client.get(SECURITY).content.decode()

    set_up_app(client)
    assert is_in(client)


def test_where_it_is_asked_for_one_can_still_sign_out(strict: World) -> None:
    client, _answer = sign_in(strict.manager)
    client.post("/admin/logout/")

    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def test_whoever_removes_the_last_factor_is_asked_for_one_again(strict: World) -> None:
    client, _answer = sign_in(strict.manager)
    set_up_app(client)
    client.post(f"{SECURITY}app/remove/")

    assert client.get("/admin/")["Location"] == SECURITY


def test_an_administrator_helps_whoever_lost_their_factors(world: World, other_world: World) -> None:
    member, _answer = sign_in(world.manager)
    set_up_app(member)
    administrator = world.administrator.client()
    address = "admin:accounts_membership_take_factors"
    own = reverse(address, args=[world.manager.user.membership.pk])

    assert world.reviewer.client().post(own).status_code == 403
    assert other_world.administrator.client().post(own).status_code == 404
    assert is_in(member) and has_second_factor(world.manager.user.pk)
    page = administrator.get(reverse("admin:accounts_membership_change", args=[world.manager.user.membership.pk]))
    assert own in page.content.decode()
    administrator.post(own)
    assert not is_in(member) and is_in(sign_in(world.manager)[0])


def test_nobody_takes_their_own_factors_that_way(world: World) -> None:
    client, _answer = sign_in(world.administrator)
    set_up_app(client)
    answer = client.post(
        reverse("admin:accounts_membership_take_factors", args=[world.administrator.user.membership.pk]), follow=True
    )

    assert "Remove your own factors on your page" in answer.content.decode()
    assert has_second_factor(world.administrator.user.pk) and is_in(client)


def test_a_new_factor_ends_the_other_sessions(world: World) -> None:
    here, there = sign_in(world.manager)[0], sign_in(world.manager)[0]
    set_up_app(here)

    assert is_in(here) and not is_in(there)


def test_an_administrator_asks_for_it_in_the_admin(world: World, other_world: World) -> None:
    said = {
        "name": "Arc & Co",
        "contact_email": "we@arc.example",
        "language": "zh-hans",
        "visibility": "assigned",
        "time_zone": "Asia/Shanghai",
        "requires_second_factor": "on",
        "morning_hour": "9",
        "mail_from_hour": "7",
        "mail_until_hour": "21",
    }
    administrator, manager = world.administrator.client(), world.manager.client()
    assert manager.post(AGENCY, said).status_code == 403
    assert administrator.post(AGENCY, {**said, "contact_email": "nonsense"}).status_code == 422
    assert is_in(manager)
    administrator.post(AGENCY, said)

    agency = Agency.objects.get(pk=world.agency.pk)
    assert (agency.name, agency.contact_email, agency.language) == ("Arc & Co", "we@arc.example", "zh-hans")
    assert agency.visibility == "assigned"
    assert (agency.morning_hour, agency.mail_from_hour, agency.mail_until_hour) == (9, 7, 21)
    assert manager.get("/admin/")["Location"] == administrator.get("/admin/")["Location"] == SECURITY
    assert is_in(other_world.manager.client())
    assert Agency.objects.get(pk=other_world.agency.pk).name == other_world.agency.name


def test_changing_the_agency_is_the_administrators_business(in_scope: World) -> None:
    with pytest.raises(NotPermitted):
        change_agency(
            settings=AgencySettings(
                "X",
                "",
                "en",
                Visibility.AGENCY,
                requires_second_factor=False,
                requires_scanning=False,
                time_zone="UTC",
                morning_hour=8,
                mail_from_hour=8,
                mail_until_hour=20,
            ),
            actor=in_scope.manager.actor,
        )
    assert Agency.objects.get(pk=in_scope.agency.pk).name == in_scope.agency.name


def test_after_fifteen_minutes_one_proves_again_who_one_is(world: World, now) -> None:
    client, _answer = sign_in(world.administrator)
    reviewer = world.reviewer.user.membership
    now.shift(timedelta(minutes=14, seconds=59))
    assert client.get(f"{TOKENS}add/").status_code == 200
    now.shift(timedelta(seconds=1))

    before = (ApiToken.objects.count(), Membership.objects.count())
    for path, said in ((f"{TOKENS}add/", TOKEN), (f"{MEMBERS}add/", someone()), (AGENCY, {"name": "X"})):
        assert client.get(path)["Location"].startswith(CONFIRM), path
        assert client.post(path, said)["Location"].startswith(CONFIRM), path
    assert client.post(f"{MEMBERS}{reviewer.pk}/end/")["Location"].startswith(CONFIRM)
    assert client.get(f"{SECURITY}app/add/")["Location"].startswith(CONFIRM)
    assert (ApiToken.objects.count(), Membership.objects.count()) == before
    assert Membership.objects.get(pk=reviewer.pk).is_active
    assert is_in(client)

    address = f"{CONFIRM}?next={TOKENS}add/"
    assert "This is not your password" in client.post(address, {"password": "wrong"}).content.decode()
    assert client.get(f"{TOKENS}add/")["Location"].startswith(CONFIRM)
    assert client.post(address, {"password": PASSWORD})["Location"] == f"{TOKENS}add/"
    assert client.post(f"{TOKENS}add/", TOKEN).status_code == 201
    now.shift(timedelta(minutes=15))
    assert client.get(f"{TOKENS}add/")["Location"].startswith(CONFIRM)


def test_a_code_proves_it_as_well_and_guards_the_removal_of_the_factor(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    now.shift(timedelta(minutes=15))
    removal = f"{SECURITY}app/remove/"
    assert client.post(removal)["Location"].startswith(CONFIRM)
    assert client.get(removal)["Location"].startswith(CONFIRM)
    assert client.post(f"{CONFIRM}code/?next={removal}", {"code": code_of(secret)})["Location"] == removal
    client.post(removal)

    assert "Set up an authenticator app" in client.get(SECURITY).content.decode()


def test_the_password_alone_does_not_take_the_factor_away(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    secret, _codes = set_up_app(client)
    now.shift(timedelta(minutes=20))

    by_code = client.post(CONFIRM, {"password": PASSWORD})
    assert by_code["Location"].startswith(f"{CONFIRM}code/")
    assert client.post(f"{SECURITY}app/remove/")["Location"].startswith(CONFIRM)
    assert has_second_factor(world.manager.user.pk)
    assert "Use the password" not in client.get(f"{CONFIRM}code/").content.decode()

    client.post(f"{CONFIRM}code/", {"code": code_of(secret)})
    client.post(f"{SECURITY}app/remove/")
    assert not has_second_factor(world.manager.user.pk)


def test_the_password_of_the_open_session_cannot_be_guessed_there_either(world: World) -> None:
    client, _answer = sign_in(world.manager)
    for password in ("wrong",) * 5 + (PASSWORD,):
        answer = client.post(CONFIRM, {"password": password})

    assert answer.status_code == 200 and "Too many wrong tries" in answer.content.decode()


def test_what_was_sent_before_it_was_confirmed_is_not_kept(world: World, now) -> None:
    """The first password of a new member must not lie in the session table."""
    client, _answer = sign_in(world.administrator)
    now.shift(timedelta(minutes=16))
    client.post(f"{MEMBERS}add/", someone(), headers={"Referer": f"http://testserver{MEMBERS}add/"})

    assert "a long first one" not in str(dict(client.session))


def test_nobody_is_led_away_after_confirming(world: World) -> None:
    client, _answer = sign_in(world.manager)

    assert client.post(f"{CONFIRM}?next=https://evil.example/", {"password": PASSWORD})["Location"] == "/admin/"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_carry_no_script_or_style_of_their_own(world: World, language: str) -> None:
    client, _answer = sign_in(world.administrator)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    pages = [client.get(path) for path in (SECURITY, f"{SECURITY}app/add/", CONFIRM)]
    set_up_app(client)
    paths = ("", "app/remove/", "passkeys/add/", "recovery-codes/", "recovery-codes/renew/")
    pages += [client.get(SECURITY + path) for path in (*paths, "confirm/code/", "sessions/")]
    pages += [client.get(AGENCY), client.get("/admin/password_change/")]
    client.post("/admin/logout/")
    pages.append(client.get("/admin/login/"))
    sign_in(world.administrator, client=client)
    pages.append(client.get("/admin/login/second-step/"))
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200, page.request["PATH_INFO"]
        assert "<script>" not in text and "<style" not in text and ' style="' not in text and " onclick=" not in text
        assert "script-src 'self';" in page["Content-Security-Policy"] + ";"
        assert f'lang="{language}"' in text
