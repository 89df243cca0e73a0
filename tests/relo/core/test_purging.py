"""Rows of signing in and stored replies go when they have had their time, and not before."""

from datetime import timedelta

import pytest
import time_machine

from cases.models import Case
from relo.api.models import IdempotentReply
from relo.core import clock
from relo.core.tasks import purge_old_rows
from relo.portal.models import PortalSession, SignInCode, SignInCount, SignInRequest
from relo.portal.sessions import end_sessions_of
from relo.portal.signing_in import issue_link
from tests.api import Program, anna_json
from tests.conftest import World, everywhere
from tests.portal_steps import ask, browser, is_inside, mails, signed_in

MODELS = (SignInRequest, SignInCode, SignInCount, PortalSession, IdempotentReply)


def left() -> dict[str, int]:
    with everywhere():
        return {model.__name__: model._default_manager.count() for model in MODELS}


def test_what_has_had_its_time_goes_in_small_batches_and_what_counts_stays(
    world: World, k_case: Case, other_world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("relo.core.purging.BATCH", 2)
    now = clock.now()
    with time_machine.travel(now, tick=False) as travel:
        for number in range(5):
            ask(browser(), f"{number}@example.org")
        ask(browser(), "anna@example.org")
        mails()
        issue_link(agency_id=k_case.agency_id, candidate_id=k_case.candidate_id, language="en")
        signed_in(k_case)
        signed_in(k_case)
        end_sessions_of(k_case.candidate_id)
        for number, each in enumerate((world, other_world)):
            body = {"route": "CN-K", "candidate": anna_json(email=f"{number}@example.org")}
            assert Program(each).post("cases/", body, **{"Idempotency-Key": "1"}).status_code == 201
        full = {"SignInRequest": 6, "SignInCode": 2, "SignInCount": 13, "PortalSession": 2, "IdempotentReply": 2}
        assert left() == full

        purge_old_rows()
        assert left() == full
        travel.shift(timedelta(hours=2))
        purge_old_rows()
        assert left() == {**full, "SignInCount": 0}
        travel.shift(timedelta(hours=21))
        purge_old_rows()
        assert left() == {**full, "SignInCount": 0}

        travel.shift(timedelta(hours=2))
        client = signed_in(k_case)
        ask(browser(), "anna@example.org")
        purge_old_rows()
        assert left() == {
            "SignInRequest": 1, "SignInCode": 0, "SignInCount": 3, "PortalSession": 3, "IdempotentReply": 0
        }  # fmt: skip
        travel.shift(timedelta(minutes=2))
        assert is_inside(client)

        travel.shift(timedelta(days=31))
        purge_old_rows()
        assert set(left().values()) == {0}
