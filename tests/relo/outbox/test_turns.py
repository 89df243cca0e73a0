"""Agencies take turns, and what was done goes after a while."""

from datetime import timedelta

import pytest
from django.db import transaction

from relo.core import clock
from relo.core.scoping import agency_scope, system_scope
from relo.outbox import old_rows, relay
from relo.outbox.models import OutboxMessage
from relo.outbox.service import put
from tests.conftest import World
from tests.relo.outbox import handlers


@pytest.fixture(autouse=True)
def _registered(settings) -> None:
    handlers.CALLS.clear()
    settings.OUTBOX_HANDLERS = {"note": ("default", "tests.relo.outbox.handlers.note")}


def put_for(world: World, *keys: str) -> None:
    with agency_scope(world.agency.pk), transaction.atomic():
        for key in keys:
            put(handler="note", key=key, payload={"key": key})


def test_an_agency_with_a_backlog_keeps_no_other_waiting(world: World, other_world: World) -> None:
    put_for(world, *(f"many-{number}" for number in range(30)))
    put_for(other_world, "one")

    assert relay.drain("default") == 31
    told = [call["key"] for call in handlers.CALLS]
    assert told.index("one") <= 2  # the first, and one of each agency
    assert len(set(told)) == 31


def test_what_was_done_a_month_ago_goes_and_what_waits_or_is_dead_stays(world: World) -> None:
    put_for(world, "done", "done lately", "waiting", "dead")
    now, long_ago = clock.now(), clock.now() - old_rows.KEPT - timedelta(hours=1)
    with system_scope("a test looks at the outbox"):
        rows = OutboxMessage.objects
        rows.filter(key="done").update(done_at=long_ago)
        rows.filter(key="done lately").update(done_at=now)
        rows.filter(key="dead").update(dead_at=long_ago)

        assert list(old_rows.done(now).values_list("key", flat=True)) == ["done"]
