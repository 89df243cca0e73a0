from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cases.models import Case
from relo.core import clock
from relo.portal.models import PortalSession
from relo.portal.sessions import end_sessions_of
from tests.conftest import World
from tests.portal_steps import SENT, ask, browser, code_in, is_inside, mails, signed_in, text


def test_a_session_ends_after_twenty_minutes_without_a_page(k_case: Case) -> None:
    client = signed_in(k_case)
    with time_machine.travel(clock.now(), tick=False) as travel:
        travel.shift(timedelta(minutes=18))
        assert is_inside(client)
        travel.shift(timedelta(minutes=18))
        assert is_inside(client)  # it was used meanwhile
        travel.shift(timedelta(minutes=21))

        shown = client.get("/portal/", follow=True)

        assert "You were signed out after a while" in text(shown)


def test_a_session_ends_after_four_hours_however_busy(k_case: Case) -> None:
    client = signed_in(k_case)
    with time_machine.travel(clock.now(), tick=False) as travel:
        for _page in range(15):
            travel.shift(timedelta(minutes=15))
            assert is_inside(client)
        travel.shift(timedelta(minutes=16))

        assert not is_inside(client)


def test_signing_out_ends_the_session_itself_not_just_the_cookie(k_case: Case) -> None:
    client = signed_in(k_case)
    kept = client.cookies["relo_portal"].value

    assert client.post("/portal/sign-out/").status_code == 303

    client.cookies["relo_portal"] = kept
    assert not is_inside(client)


def test_a_tampered_session_cookie_opens_nothing(k_case: Case) -> None:
    client = signed_in(k_case)
    whole = client.cookies["relo_portal"].value
    for tampered in (whole[:-1] + ("x" if whole[-1] != "x" else "y"), whole.lower(), whole + "x", "", "\x7f"):
        client.cookies["relo_portal"] = tampered
        assert not is_inside(client)

    client.cookies["relo_portal"] = whole
    assert is_inside(client)


def test_signing_out_needs_more_than_a_link(k_case: Case) -> None:
    client = signed_in(k_case)

    assert client.get("/portal/sign-out/").status_code == 405
    assert is_inside(client)


def test_all_sessions_of_a_person_can_be_ended_at_once(k_case: Case) -> None:
    phone, laptop = signed_in(k_case), signed_in(k_case)

    assert end_sessions_of(k_case.candidate_id) == 2
    assert not is_inside(phone) and not is_inside(laptop)


def test_signing_in_again_ends_the_session_before(k_case: Case) -> None:
    client = signed_in(k_case)
    before = client.cookies["relo_portal"].value
    ask(client, "anna@example.org")
    client.post(SENT, {"code": code_in(mails()[0])})

    assert client.cookies["relo_portal"].value != before and is_inside(client)
    assert PortalSession.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    "path", ["/portal/", "/portal/cases/", "/portal/cases/{case}/", "/portal/cases/{case}/items/passport/"]
)
def test_nobody_gets_in_without_a_session(k_case: Case, world: World, path: str) -> None:
    path = path.format(case=k_case.pk)
    made_up = browser()
    made_up.cookies["relo_portal"] = "x" * 43

    for client in (browser(), made_up, world.administrator.client()):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/portal/sign-in/")


def test_a_candidate_is_nobody_in_the_admin_and_the_api(k_case: Case) -> None:
    client = signed_in(k_case)

    assert client.get("/admin/").status_code == 302
    assert client.get("/api/v1/cases/").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(k_case: Case) -> None:
    client = browser()
    ask(client, "anna@example.org")
    client.post(SENT, {"code": code_in(mails()[0])})

    for name in ("relo_portal", "relo_browser"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_a_signed_in_browser_is_not_asked_again(k_case: Case) -> None:
    client: Client = signed_in(k_case)

    assert client.get("/portal/sign-in/").headers["Location"] == "/portal/"
