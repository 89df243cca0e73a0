"""Candidates see where they are signed in, and end it."""

import re

import time_machine
from django.test import Client

from cases.models import Case
from cases.services.opening import open_case
from relo.core import clock
from relo.portal.models import PortalSession
from tests.conftest import World, anna
from tests.portal_steps import is_inside, signed_in, text

PAGE = "/portal/sessions/"


def session_of(client: Client) -> int:
    from relo.portal.digests import digest_of

    return PortalSession.objects.get(key_digest=digest_of(client.cookies["relo_portal"].value)).pk


def test_a_candidate_sees_their_own_sessions_and_which_is_this_one(k_case: Case) -> None:
    k_case.candidate.time_zone = "Asia/Tokyo"
    k_case.candidate.save()
    with time_machine.travel(clock.now().replace(hour=20, minute=30), tick=False):
        phone, laptop = signed_in(k_case), signed_in(k_case, "zh-hans")
        home, shown, chinese = text(phone.get("/portal/")), text(phone.get(PAGE)), text(laptop.get(PAGE))

    assert PAGE in home
    assert shown.count("This browser") == shown.count("Another browser") == 1
    assert shown.count("05:30 (Asia/Tokyo)") == 4
    assert "您的登录状态" in chinese and "其他浏览器" in chinese


def test_ending_another_session_takes_effect_at_its_next_page(k_case: Case) -> None:
    phone, laptop = signed_in(k_case), signed_in(k_case)

    answer = phone.post(f"{PAGE}{session_of(laptop)}/end/")

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert is_inside(phone) and not is_inside(laptop)
    assert "Another browser" not in text(phone.get(PAGE))
    assert "the session was ended elsewhere" in text(laptop.get("/portal/", follow=True))


def test_all_others_can_be_ended_at_once(k_case: Case) -> None:
    phone, laptop, library = signed_in(k_case), signed_in(k_case), signed_in(k_case)

    assert phone.post(f"{PAGE}end-others/").status_code == 303

    assert is_inside(phone) and not is_inside(laptop) and not is_inside(library)


def test_nobody_ends_or_sees_the_session_of_somebody_else(in_scope: World, k_case: Case) -> None:
    nina = anna(given_names="Nina", email="nina@example.org")
    other = signed_in(open_case(route_code="CN-K", candidate=nina, actor=in_scope.manager.actor))
    client = signed_in(k_case)

    assert client.post(f"{PAGE}{session_of(other)}/end/").status_code == 404
    client.post(f"{PAGE}end-others/")

    assert is_inside(other) and "Another browser" not in text(client.get(PAGE))


def test_ending_a_session_needs_a_form_of_ours(k_case: Case) -> None:
    phone, laptop = signed_in(k_case), signed_in(k_case)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["relo_portal"] = phone.cookies["relo_portal"].value
    path = f"{PAGE}{session_of(laptop)}/end/"

    assert strict.post(path).status_code == 403 and strict.get(path).status_code == 405
    assert is_inside(laptop)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(strict.get(PAGE)))
    assert token and strict.post(path, {"csrfmiddlewaretoken": token[1]}).status_code == 303
    assert not is_inside(laptop)
