"""Guessing gets slow: for an account from one network, from everywhere, and for a network that tries many accounts."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from relo.accounts import guessing
from relo.accounts.guessing import FREE_TRIES, TooManyTries, take_try
from relo.accounts.models import StaffCount
from relo.core import clock
from relo.core.purging import purge_old_rows
from tests.conftest import PASSWORD, World
from tests.relo.accounts.signing_in import SIGN_IN

WRONG = "a wrong password"
MOST = 8


@pytest.fixture
def few(monkeypatch) -> None:
    """As at the real limits, sooner."""
    monkeypatch.setattr(guessing, "OF_AN_ACCOUNT", MOST)
    monkeypatch.setattr(guessing, "OF_A_NETWORK", MOST)


@pytest.mark.django_db(transaction=True)
def test_ten_guesses_at_once_are_five() -> None:
    together, outcomes = threading.Barrier(10), []

    def guess() -> None:
        together.wait()
        try:
            take_try("somebody")
            outcomes.append("judged")
        except TooManyTries:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["judged"] * FREE_TRIES + ["refused"] * (10 - FREE_TRIES)


def try_from(network: str, email: str, password: str = WRONG) -> Any:
    return Client(REMOTE_ADDR=network).post(SIGN_IN, {"username": email, "password": password})


@pytest.fixture
def now():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def test_strangers_elsewhere_do_not_keep_a_member_waiting(world: World, now) -> None:
    email = world.manager.user.email
    assert [try_from("192.0.2.1", email).status_code for _try in range(6)] == [200] * 5 + [429]

    assert try_from("192.0.2.2", email, PASSWORD).status_code == 302
    assert try_from("192.0.2.1", email, PASSWORD).status_code == 429  # it was not they who were right


def test_from_everywhere_together_an_account_is_tried_so_often_within_the_hour(world: World, now, few) -> None:
    email = world.manager.user.email
    networks = [f"192.0.2.{number}" for number in range(MOST)]
    assert {try_from(network, email).status_code for network in networks} == {200}
    now.shift(timedelta(minutes=20))

    refused = try_from("198.51.100.7", email, PASSWORD)
    assert refused.status_code == 429 and "Wait 40 minutes, then try again" in refused.content.decode()
    assert try_from("198.51.100.7", world.reviewer.user.email, PASSWORD).status_code == 302
    now.shift(timedelta(minutes=40))
    assert try_from("198.51.100.7", email, PASSWORD).status_code == 302


def test_one_password_tried_on_many_accounts_gets_slow(world: World, now, few) -> None:
    answers = [try_from("192.0.2.1", f"{number}@arc.example").status_code for number in range(MOST)]
    assert answers == [200] * MOST

    refused = try_from("192.0.2.1", world.manager.user.email, PASSWORD)
    assert refused.status_code == 429 and "Wait 60 minutes, then try again" in refused.content.decode()
    assert try_from("192.0.2.2", world.manager.user.email, PASSWORD).status_code == 302
    now.shift(timedelta(hours=1))
    assert try_from("192.0.2.1", world.manager.user.email, PASSWORD).status_code == 302


def test_those_who_know_their_password_use_up_nothing_of_their_office(world: World, now, few) -> None:
    try_from("192.0.2.1", world.manager.user.email)
    for _time in range(MOST + 1):
        assert try_from("192.0.2.1", world.reviewer.user.email, PASSWORD).status_code == 302

    assert sorted(StaffCount.objects.exclude(asked=0).values_list("asked", flat=True)) == [1, 1, 1]


def test_behind_a_proxy_the_network_is_the_one_it_saw(world: World, now, settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(6):
        client = Client(headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.1"})
        answer = client.post(SIGN_IN, {"username": world.manager.user.email, "password": "wrong"})
    assert answer.status_code == 429


def test_the_password_is_guarded_in_an_open_session_as_at_the_door(world: World, now) -> None:
    client = world.manager.client()
    said = {"old_password": "wrong", "new_password1": "another long pass phrase", "new_password2": ""}
    for _try in range(5):
        client.post("/admin/password_change/", said)

    page = client.post("/admin/password_change/", {**said, "old_password": PASSWORD}).content.decode()
    assert "Too many wrong tries. Wait 1 minute" in page
    assert try_from("127.0.0.1", world.manager.user.email, PASSWORD).status_code == 429


def test_counts_go_when_they_count_no_more(world: World, now) -> None:
    try_from("192.0.2.1", world.manager.user.email)
    purge_old_rows()
    assert StaffCount.objects.exists()
    now.shift(timedelta(days=1, seconds=1))
    purge_old_rows()

    assert not StaffCount.objects.exists()
