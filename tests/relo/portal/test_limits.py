"""How often may be asked and tried: counted in the database, the same for known and unknown addresses."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.services.opening import open_case
from relo.accounts.mail_limits import OF_A_NETWORK, OF_AN_ADDRESS, WITHIN, TooManyRequests
from relo.core import clock
from relo.core.counting import count
from relo.core.networks import network_of
from relo.core.purging import purge_old_rows
from relo.portal.models import SignInCount, SignInRequest
from relo.portal.signing_in import ask_for_link
from tests.conftest import World, anna
from tests.portal_steps import SENT, ask, browser, code_in, is_inside, mails, text

ANNA = "anna@example.org"


def test_one_network_asks_for_many_addresses_so_often_and_is_told_when_to_come_back(db: None):
    now = clock.now()
    with time_machine.travel(now, tick=False) as travel:
        for number in range(OF_A_NETWORK):
            ask_for_link(email=f"{number}@example.org", nonce="n" * 43, network="192.0.2.7")
        travel.shift(timedelta(minutes=20))

        refused = Client(REMOTE_ADDR="192.0.2.7").post("/portal/sign-in/", {"email": ANNA})

        assert refused.status_code == 429 and refused["Retry-After"] == "2400"
        assert "try again in 40 minutes" in text(refused)
        assert not SignInRequest.objects.exclude(masked_email__contains="•••@example.org").exists()
        assert Client(REMOTE_ADDR="192.0.2.8").post("/portal/sign-in/", {"email": ANNA}).status_code == 303
        travel.shift(timedelta(minutes=40))
        assert Client(REMOTE_ADDR="192.0.2.7").post("/portal/sign-in/", {"email": ANNA}).status_code == 303


def test_strangers_elsewhere_do_not_keep_a_person_out_but_nor_do_they_flood_them(k_case: Case):
    def from_network(number: int) -> int:
        return Client(REMOTE_ADDR=f"192.0.2.{number}").post("/portal/sign-in/", {"email": ANNA}).status_code

    assert [from_network(number) for number in range(1, 11)] == [303] * 10
    assert [from_network(1) for _time in range(5)] == [303] * 4 + [429]
    assert [from_network(number) for number in range(11, 28)] == [303] * 16 + [429]
    assert SignInRequest.objects.count() == OF_AN_ADDRESS


def test_a_count_that_is_purged_before_it_is_locked_begins_anew(db: None):
    count(SignInCount, "k", most=5, within=WITHIN, now=clock.now() - timedelta(hours=2))
    purged: list[bool] = []

    def purge_before_the_lock(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("SELECT") and "portal_signincount" in sql and not purged:
            purged.append(True)
            purge_old_rows()
        return execute(sql, *args)

    with connection.execute_wrapper(purge_before_the_lock):
        count(SignInCount, "k", most=5, within=WITHIN, now=clock.now())

    assert purged and SignInCount.objects.get().asked == 1


def test_a_refused_request_does_not_make_the_wait_longer_and_leaves_nothing_behind(k_case: Case):
    with time_machine.travel(clock.now(), tick=False) as travel:
        for _time in range(5):
            ask(browser(), ANNA)
        mails()
        travel.shift(timedelta(minutes=59))
        for _time in range(3):
            assert "try again in 1 minute." in text(ask(browser(), ANNA))
        assert SignInRequest.objects.count() == 5 and len(mails()) == 5
        travel.shift(timedelta(minutes=1))

        assert ask(browser(), ANNA).status_code == 303
        assert "请在" in text(ask_until_refused("zh-hans"))


def ask_until_refused(language: str) -> Any:
    answers = [ask(browser(language), ANNA) for _time in range(5)]
    assert answers[-1].status_code == 429
    return answers[-1]


def test_no_address_and_no_network_stands_in_what_is_counted(k_case: Case):
    Client(REMOTE_ADDR="192.0.2.7").post("/portal/sign-in/", {"email": ANNA})

    counted = repr(list(SignInCount.objects.values()))
    assert SignInCount.objects.count() == 3 and "192.0.2" not in counted and "anna" not in counted


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "network"),
    [
        (0, "192.0.2.7", "", "192.0.2.7"),
        (0, "192.0.2.7", "203.0.113.5", "192.0.2.7"),  # anybody can write that
        (1, "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "127.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "127.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", "not an address", "unknown"),
        (0, "", "", "unknown"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.7", "", "192.0.2.7"),
    ],
)
def test_where_a_request_comes_from(settings: Any, proxies: int, peer: str, forwarded: str, network: str):
    settings.TRUSTED_PROXIES = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})

    assert network_of(request) == network


def test_typing_a_code_does_the_same_work_whether_somebody_is_known_or_not(k_case: Case):
    def statements(email: str) -> list[str]:
        client = browser()
        ask(client, email)
        code = code_in(mails()[-1]) if email == ANNA else "123456"
        with CaptureQueriesContext(connection) as seen:
            client.post(SENT, {"code": "000000" if code != "000000" else "111111"})
        return [re.sub(r"'[^']*'|\"s\d+_x\d+\"", "?", query["sql"]) for query in seen.captured_queries]

    known = statements(ANNA)

    assert len(known) > 3 and statements("nina@example.org") == known


def test_a_new_browser_cookie_is_given_for_one_that_was_never_given_out(k_case: Case):
    client = browser()
    client.cookies["relo_browser"] = "A" * 43

    ask(client, ANNA)

    assert client.cookies["relo_browser"].value != "A" * 43
    client.post(SENT, {"code": code_in(mails()[0])})
    assert is_inside(client)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_one_after_the_other(world: World):
    with world.scope():
        open_case(route_code="CN-K", candidate=anna(), actor=world.manager.actor)
    start, outcomes = threading.Barrier(12), []

    def attempt() -> None:
        try:
            start.wait()
            ask_for_link(email=ANNA, nonce="n" * 43, network="192.0.2.7")
            outcomes.append("asked")
        except TooManyRequests:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["asked"] * 5 + ["refused"] * 7
    assert SignInRequest.objects.count() == 5
