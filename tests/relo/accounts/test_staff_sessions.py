"""How long a session of the staff lasts, and who ends it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.urls import reverse

from relo.accounts.changing import change_member
from relo.accounts.leaving import end_membership
from relo.accounts.models import StaffSession, User
from relo.accounts.roles import Role
from relo.accounts.sessions import browser_family, live_sessions
from relo.core import clock
from relo.core.purging import purge_old_rows
from tests.conftest import PASSWORD, World
from tests.relo.accounts.signing_in import is_in, sign_in

SESSIONS = "/admin/security/sessions/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_a_session_ends_after_thirty_minutes_without_a_page(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    now.shift(29 * MINUTE)
    assert is_in(client)
    now.shift(29 * MINUTE)
    assert is_in(client)
    now.shift(30 * MINUTE)

    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == "/admin/login/"
    assert "Your session has ended" in answer.content.decode()
    now.shift(-30 * MINUTE)
    assert not is_in(client)  # it is gone, not asleep


def test_a_session_ends_after_ten_hours_however_busy(world: World, now) -> None:
    client, _answer = sign_in(world.manager)
    for _step in range(23):
        now.shift(26 * MINUTE)
        assert is_in(client)
        client.session.save()  # whatever is written there gives Django's own session ten hours more
    now.shift(26 * MINUTE)  # 10 h 24

    assert not is_in(client)


def test_signing_in_gives_a_new_session_id(world: World) -> None:
    client, _answer = sign_in(world.manager)
    client.get("/admin/")
    first = client.session.session_key or ""
    client.post("/admin/logout/")
    client.cookies["relo_staff"] = first  # somebody planted it
    sign_in(world.manager, client=client)

    assert client.session.session_key != first
    assert not Session.objects.filter(pk=first).exists()


def test_whoever_is_deactivated_is_out_at_the_next_request(world: World) -> None:
    client, _answer = sign_in(world.manager)
    User.objects.filter(pk=world.manager.user.pk).update(is_active=False)

    assert not is_in(client)
    User.objects.filter(pk=world.manager.user.pk).update(is_active=True)
    assert not is_in(client)


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(world: World, now) -> None:
    here, _answer = sign_in(world.manager)
    there, _answer = sign_in(world.manager)
    now.shift(MINUTE)
    new = "a quite different sentence"
    here.post(reverse("admin:password_change"), {"old_password": PASSWORD, "new_password1": new, "new_password2": new})

    assert is_in(here) and not is_in(there)
    session = live_sessions(world.manager.user.pk).get()
    assert session.started_at == clock.now() - MINUTE  # it grew no younger
    assert is_in(sign_in(world.manager, new)[0]) and not is_in(sign_in(world.manager)[0])


def test_the_old_password_cannot_be_guessed_at_a_session_left_open(world: World) -> None:
    client, _answer = sign_in(world.manager)
    new = "a quite different sentence"
    for old in ("wrong",) * 5 + (PASSWORD,):
        answer = client.post(
            reverse("admin:password_change"), {"old_password": old, "new_password1": new, "new_password2": new}
        )

    assert "Too many wrong tries" in answer.content.decode()
    assert User.objects.get(pk=world.manager.user.pk).check_password(PASSWORD)


def test_one_sees_ones_own_sessions_by_browser_and_ends_any_of_them(world: World) -> None:
    here, _answer = sign_in(world.manager)
    there, _answer = sign_in(world.manager)
    stranger, _answer = sign_in(world.reviewer)
    page = here.get(SESSIONS).content.decode()

    assert page.count("Firefox") == 2 and page.count("This one") == 1 and "150.0" not in page
    mine, theirs = live_sessions(world.manager.user.pk), live_sessions(world.reviewer.user.pk)
    assert here.post(reverse("staff_session_end", args=[theirs.get().pk])).status_code == 404
    assert is_in(stranger)
    here.post(reverse("staff_session_end", args=[mine.order_by("-pk")[0].pk]))
    assert is_in(here) and not is_in(there)


def test_all_others_are_ended_at_once(world: World) -> None:
    clients = [sign_in(world.manager)[0] for _n in range(3)]
    stranger, _answer = sign_in(world.reviewer)
    answer = clients[0].post(reverse("staff_sessions_end_others"), follow=True)

    assert "2 other sessions have ended" in answer.content.decode()
    assert [is_in(client) for client in (*clients, stranger)] == [True, False, False, True]


def test_an_administrator_signs_a_member_of_their_agency_out_everywhere(world: World, other_world: World) -> None:
    member, foreign = sign_in(world.manager)[0], sign_in(other_world.manager)[0]
    address = "admin:accounts_membership_end_sessions"
    administrator = world.administrator.client()

    assert world.reviewer.client().post(reverse(address, args=[world.manager.user.membership.pk])).status_code == 403
    assert administrator.post(reverse(address, args=[other_world.manager.user.membership.pk])).status_code == 404
    assert is_in(member) and is_in(foreign)
    administrator.post(reverse(address, args=[world.manager.user.membership.pk]))
    assert not is_in(member) and is_in(foreign) and is_in(administrator)


@pytest.mark.parametrize("way_out", ["ended", "switched off"])
def test_no_session_comes_back_with_the_membership(world: World, way_out: str) -> None:
    client, membership = sign_in(world.reviewer)[0], world.reviewer.user.membership
    administrator = world.administrator.actor

    def let_in(is_active: bool) -> None:
        pk = membership.pk
        change_member(membership_id=pk, role=Role.REVIEWER, ends_on=None, is_active=is_active, actor=administrator)

    with world.scope():
        if way_out == "ended":
            end_membership(membership_id=membership.pk, actor=administrator)
        else:
            let_in(False)
        let_in(True)

    assert not is_in(client) and is_in(sign_in(world.reviewer)[0])


def test_signing_out_ends_the_session(world: World) -> None:
    client, _answer = sign_in(world.manager)
    client.post("/admin/logout/")

    assert not live_sessions(world.manager.user.pk).exists() and not is_in(client)


def test_what_can_no_longer_matter_is_forgotten(world: World, now) -> None:
    sign_in(world.manager)
    sign_in(world.manager, "a wrong password")
    now.shift(timedelta(days=1))
    purge_old_rows()
    assert StaffSession.objects.count() == 1  # its end must outlive Django's own session
    now.shift(timedelta(days=1))
    sign_in(world.reviewer)
    purge_old_rows()

    assert StaffSession.objects.get().user_id == world.reviewer.user.pk
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("family", "user_agent"),
    [
        (
            "Edge",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140",
        ),
        ("Chrome", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"),
        (
            "Safari",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1 (KHTML, like Gecko) Version/19 Safari/604",
        ),
        ("", "curl/8"),
    ],
)
def test_a_browser_is_known_by_its_family_alone(family: str, user_agent: str) -> None:
    assert browser_family(user_agent) == family
