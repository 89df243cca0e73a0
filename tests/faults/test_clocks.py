"""Hosts whose clocks are ahead or behind: leases go by the clock of the database."""

import random
import time

import pytest

from tests.faults.house import House

HOUR = 3600.0


@pytest.mark.long
def test_a_host_whose_clock_is_ahead_takes_no_live_work(house: House) -> None:
    """The mail server holds the first worker up; one that lives a day later must not think it dead."""
    house.make_due()
    house.script("gather")
    house.sink.wait = 2
    house.sweeper()
    house.sweeper(ahead=24 * HOUR)
    house.sweeper(ahead=-24 * HOUR)

    house.wait_for_quiet(180)

    house.promises_hold()
    assert house.count("cases_mail", "state = 'unknown'") == 0
    assert house.count("outbox_outboxmessage", "queue = 'mail' AND attempts > 1") == 0


def test_what_a_host_put_into_the_outbox_an_hour_ahead_is_done_now(house: House, chance: random.Random) -> None:
    house.run("run_outbox", "--once")
    ahead = chance.uniform(HOUR, 90 * 24 * HOUR)

    assert house.run("change", ahead=ahead) == 0
    started = time.monotonic()
    house.sweeper()
    house.wait_for_quiet(60)

    assert house.count("outbox_outboxmessage", "done_at IS NULL AND dead_at IS NULL AND queue = 'default'") == 0
    assert time.monotonic() - started < 60
