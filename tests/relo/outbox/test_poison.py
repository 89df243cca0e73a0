"""A message that takes its worker down, or that nobody can handle, harms itself alone."""

from datetime import timedelta

import pytest
import time_machine

from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.relo.outbox import handlers
from tests.relo.outbox.test_relay import LEASE, NOON, SECOND, put_one

SEEN: list[tuple[str, int]] = []


class WorkerGone(BaseException):
    """What no handler of errors catches: the process ends."""


def take_the_worker_down(**payload: object) -> None:
    raise WorkerGone


def look_around(**payload: object) -> None:
    """Which messages count as tried while this one is worked on."""
    SEEN.extend(OutboxMessage.objects.filter(attempts__gt=0, done_at=None).values_list("key", "attempts"))


@pytest.fixture(autouse=True)
def _registered(settings):
    handlers.CALLS.clear()
    SEEN.clear()
    settings.OUTBOX_HANDLERS = {
        "note": ("default", "tests.relo.outbox.handlers.note"),
        "poison": ("default", f"{__name__}.take_the_worker_down"),
        "moved": ("default", "tests.relo.outbox.handlers.no_longer_here"),
        "removed": ("default", "tests.relo.outbox.handlers.note"),
        "look": ("default", f"{__name__}.look_around"),
    }


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def noted() -> list[object]:
    return [call["case_id"] for call in handlers.CALLS]


def work_until_it_ends(at_noon) -> int:
    """Workers come one after the other, each after the last one's lease; how many of them died."""
    deaths = 0
    for _ in range(relay.MAX_ATTEMPTS + 2):
        try:
            relay.drain("default")
        except WorkerGone:
            deaths += 1
        at_noon.shift(LEASE + SECOND)
    return deaths


def test_a_message_that_takes_its_worker_down_dies_and_the_others_are_delivered(in_scope, at_noon):
    poison = put_one("poison", "0")
    others = [put_one(key=key) for key in "123"]

    assert work_until_it_ends(at_noon) == relay.MAX_ATTEMPTS

    poison.refresh_from_db()
    assert poison.dead_at is not None and poison.last_error == "WorkerDied"
    assert noted() == ["1", "2", "3"]
    for message in others:
        message.refresh_from_db()
        assert message.done_at is not None and message.attempts == 1


@pytest.mark.parametrize("handler", ["removed", "moved"])
def test_a_message_nobody_handles_any_more_waits_and_the_others_are_delivered(in_scope, at_noon, settings, handler):
    orphan = put_one(handler, "0")
    for key in "123":
        put_one(key=key)
    settings.OUTBOX_HANDLERS = {name: row for name, row in settings.OUTBOX_HANDLERS.items() if name != "removed"}

    assert relay.drain("default") == 3

    orphan.refresh_from_db()
    assert noted() == ["1", "2", "3"]
    assert orphan.attempts == 1 and orphan.last_error and orphan.done_at is None
    assert orphan.due_at == NOON + relay.BACK_OFF[0]  # tried again later, as any failure: a release may bring it back
    for wait in relay.BACK_OFF:
        at_noon.shift(wait + SECOND)
        relay.drain("default")
    orphan.refresh_from_db()
    assert orphan.dead_at is not None


def test_only_the_message_that_is_worked_on_is_claimed(in_scope, at_noon):
    put_one("look", "0")
    for key in "123":
        put_one(key=key)

    assert relay.drain("default") == 4
    assert SEEN == [("0", 1)]


def test_a_slow_message_leaves_the_others_to_a_second_worker(in_scope, at_noon):
    slow = put_one(key="slow")
    for key in "12":
        put_one(key=key)
    [held] = relay.claim("default", 1, NOON)

    assert relay.drain("default") == 2 and noted() == ["1", "2"]

    assert relay.deliver(held) is True
    slow.refresh_from_db()
    assert noted() == ["1", "2", "slow"] and slow.done_at is not None


def test_a_message_is_due_again_once_the_lease_of_a_dead_worker_ends_and_not_before(in_scope, at_noon):
    put_one("poison", "0")
    with pytest.raises(WorkerGone):
        relay.drain("default")

    at_noon.shift(LEASE - SECOND)
    assert relay.drain("default") == 0
    at_noon.shift(timedelta(seconds=2))
    with pytest.raises(WorkerGone):
        relay.drain("default")
