"""Redis flushed, frozen, killed and restarted; beat gone, and three of it."""

import json
import threading

import pytest

from tests.faults.house import House, pause
from tests.faults.servers import wait_until


def test_a_doorbell_rings_only_once_the_row_is_there(house: House) -> None:
    """No beat and no sweeper: what rings too early finds nothing, and nobody comes again."""
    house.worker()
    pause(12)  # it has connected, and works off whatever the seed left

    house.script("change_slowly", "3")

    took = house.wait_for_quiet(30)
    assert took < 30 and house.count("outbox_outboxmessage", "done_at > now() - interval '1 min'") >= 1


def test_three_beats_and_a_redis_flushed_again_and_again(house: House) -> None:
    house.make_due()
    due = house.count("cases_reminder", "state = 'planned' AND due_at <= now()")
    for _ in range(2):
        house.worker()
    for _ in range(3):
        house.beat()
    over = threading.Event()

    def flush() -> None:
        while not over.wait(5):
            house.redis.flush()

    flushing = threading.Thread(target=flush)
    flushing.start()
    try:
        house.wait_for_quiet(180)
    finally:
        over.set()
        flushing.join()

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due == house.count("cases_mail", "state = 'sent'")


@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_requests_go_on_while_redis_is_away_and_the_workers_are_there_when_it_is_back(house: House, how: str) -> None:
    house.worker()
    house.beat()
    pause(10)
    house.redis.freeze() if how == "frozen" else house.redis.kill()
    try:
        told = json.loads(house.script("waive_for", "15"))
    finally:
        house.redis.thaw() if how == "frozen" else house.redis.start()

    assert told["refused"] == 0 and told["acknowledged"] >= 10, told
    assert told["slowest_ms"] < 8000, told  # the first to find it gone waits for the time limit of a connection
    assert house.count("cases_checklistitem", "state = 'waived'") == told["acknowledged"]
    took = house.wait_for_quiet(120)  # by the same workers, which nobody touched
    assert took < 120
    house.promises_hold()


def test_without_celery_and_without_redis_everything_is_done(house: House) -> None:
    house.make_due()
    due = house.count("cases_reminder", "state = 'planned' AND due_at <= now()")
    house.redis.kill()
    try:
        house.sweeper()
        house.sweeper()
        house.wait_for_quiet()
    finally:
        house.redis.start()

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due


def test_beat_that_was_gone_is_made_up_for(house: House) -> None:
    house.worker()
    house.make_due()
    pause(5)
    assert not house.sink.taken  # nobody swept

    house.beat()
    wait_until(lambda: bool(house.sink.taken), 120, "the sweep is made up")
    house.wait_for_quiet()
    house.promises_hold()
