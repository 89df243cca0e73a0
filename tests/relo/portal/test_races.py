"""Fifty browsers' worth of impatience on one link or one code: one gets in."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.services.opening import open_case
from relo.portal.models import PortalSession, SignInCode, SignInRequest
from tests.conftest import World, anna
from tests.portal_steps import SENT, ask, browser, code_in, is_inside, link_in, mails

pytestmark = pytest.mark.django_db(transaction=True)

RUNNERS = 50


@pytest.fixture
def letter(world: World) -> tuple[str, str, str]:
    """The browser that asked, the link, and the code."""
    with world.scope():
        open_case(route_code="CN-K", candidate=anna(), actor=world.manager.actor)
    client = browser()
    ask(client, "anna@example.org")
    mail = mails()[0]
    return client.cookies["relo_browser"].value, link_in(mail), code_in(mail)


def all_at_once(nonce: str, act: Callable[[Client], Any]) -> tuple[Counter[int], list[Client]]:
    start = threading.Barrier(RUNNERS)
    statuses: Counter[int] = Counter()
    clients = []

    def run() -> None:
        client = browser()
        client.cookies["relo_browser"] = nonce
        clients.append(client)
        start.wait()
        try:
            statuses[act(client).status_code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(RUNNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, clients


def test_of_fifty_who_use_one_link_at_once_one_gets_in(letter: tuple[str, str, str]):
    nonce, link, _code = letter

    statuses, clients = all_at_once(nonce, lambda client: client.post(link))

    assert statuses == {303: 1, 410: RUNNERS - 1}
    assert_one_is_inside(clients)


def test_of_fifty_who_type_one_code_at_once_one_gets_in(letter: tuple[str, str, str]):
    nonce, _link, code = letter

    statuses, clients = all_at_once(nonce, lambda client: client.post(SENT, {"code": code}))

    assert statuses == {303: 1, 400: RUNNERS - 1}
    assert_one_is_inside(clients)


def test_of_fifty_guesses_at_once_five_are_judged(letter: tuple[str, str, str]):
    nonce, _link, code = letter
    wrong = "000000" if code != "000000" else "111111"

    statuses, _clients = all_at_once(nonce, lambda client: client.post(SENT, {"code": wrong}))

    assert statuses == {400: RUNNERS}
    assert SignInRequest.objects.get().tries == 5
    late = browser()
    late.cookies["relo_browser"] = nonce
    assert late.post(SENT, {"code": code}).status_code == 400 and not is_inside(late)


def assert_one_is_inside(clients: list[Client]) -> None:
    assert PortalSession.objects.count() == 1
    assert SignInCode.objects.exclude(used_at=None).count() == 1
    assert sum(is_inside(client) for client in clients) == 1
