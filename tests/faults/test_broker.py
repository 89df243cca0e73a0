"""Redis flushed, frozen, killed and restarted; beat gone, and three of it."""

import random
import threading

import pytest

from tests.faults.house import HEALED_WITHIN, IS_QUICK, House, pause
from tests.faults.servers import wait_until
from tests.faults.visitors import Visitors


def test_a_doorbell_rings_only_once_the_row_is_there(house: House) -> None:
    """No beat and no sweeper: what rings too early finds nothing, and nobody comes again."""
    house.worker()
    wait_until(lambda: house.logged("ready.") > 0, 60, "the worker has connected")

    house.script("change_slowly", "3")

    took = house.wait_for_quiet(30)
    assert took < 30 and house.count("outbox_outboxmessage", "done_at > now() - interval '1 min'") >= 1


def test_three_beats_and_a_redis_flushed_again_and_again(house: House, chance: random.Random) -> None:
    due = house.make_due()
    for _ in range(2):
        house.worker()
    for _ in range(3):
        house.beat()
    over = threading.Event()

    def flush() -> None:
        while not over.wait(chance.uniform(2, 5)):
            house.redis.flush()

    flushing = threading.Thread(target=flush)
    flushing.start()
    try:
        took = house.wait_for_quiet(180)
    finally:
        over.set()
        flushing.join()

    assert took < HEALED_WITHIN + 20  # the processes start meanwhile
    house.promises_hold()
    assert sum(house.sink.taken.values()) == due == house.count("cases_mail", "state = 'sent'")


@pytest.mark.parametrize("how", ["frozen", pytest.param("killed", marks=pytest.mark.long)])
def test_requests_and_uploads_go_on_while_redis_is_away_and_the_workers_are_there_when_it_is_back(
    house: House, how: str
) -> None:
    workers = [house.worker(), house.beat()]
    with Visitors(house, house.web()) as visitors:
        wait_until(lambda: bool(visitors.uploads.acknowledged), 60, "a first file is there")
        visitors.forget_times()
        house.redis.freeze() if how == "frozen" else house.redis.kill()
        try:
            pause(8 if IS_QUICK else 20)
        finally:
            house.redis.thaw() if how == "frozen" else house.redis.start()

    waives, uploads = visitors.waives, visitors.uploads
    assert not waives.doubtful and not uploads.doubtful
    # The first to find a frozen one waits a second for it; nobody after that.
    assert len(waives.seconds) >= 10 and waives.usual < 0.8 and max(waives.seconds) < 8, waives.seconds
    assert uploads.seconds and max(uploads.seconds) < 10
    assert house.wait_for_quiet() < HEALED_WITHIN  # by the same workers, which nobody touched
    assert [worker.poll() for worker in workers] == [None, None]
    visitors.hold()
    house.promises_hold()


@pytest.mark.long
def test_without_celery_and_without_redis_everything_is_done(house: House) -> None:
    due = house.make_due()
    house.redis.kill()
    try:
        house.sweeper()
        house.sweeper()
        house.wait_for_quiet()
    finally:
        house.redis.start()

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due


@pytest.mark.long
def test_a_beat_that_was_killed_is_made_up_for(house: House) -> None:
    house.worker()
    beat = house.beat()
    wait_until(lambda: house.logged("Scheduler: Sending due task") > 0, 120, "beat rings")
    beat.kill()
    beat.wait()
    pause(2)  # what it rang for last is over
    due = house.make_due()
    pause(20)
    assert not house.sink.taken and house.count("cases_reminder", "state = 'planned' AND due_at <= now()") == due

    house.beat()

    wait_until(lambda: bool(house.sink.taken), HEALED_WITHIN, "the sweep is made up")
    house.wait_for_quiet()
    house.promises_hold()
    assert sum(house.sink.taken.values()) == due
