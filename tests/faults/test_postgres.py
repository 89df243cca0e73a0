"""PostgreSQL stopped hard while people work: what was acknowledged is there, and nothing is half done."""

import random

import pytest

from tests.faults.house import HEALED_WITHIN, IS_QUICK, House, pause
from tests.faults.servers import wait_until
from tests.faults.visitors import Visitors


def test_what_was_acknowledged_outlives_a_hard_restart(house: House, chance: random.Random) -> None:
    house.make_due()
    house.sweeper()
    with Visitors(house, house.web()) as visitors:
        wait_until(lambda: bool(visitors.uploads.acknowledged), 60, "a first file is there")
        pause(chance.uniform(2, 4))
        house.postgres.stop_hard()
        pause(1)
        house.postgres.start()
        before = len(visitors.waives.acknowledged), len(visitors.uploads.acknowledged)
        pause(5 if IS_QUICK else 15)

    assert visitors.waives.doubtful, "nobody noticed"
    # The web server that was there before goes on.
    assert len(visitors.waives.acknowledged) > before[0] and len(visitors.uploads.acknowledged) > before[1]
    assert house.wait_for_quiet() < HEALED_WITHIN
    visitors.hold()
    house.promises_hold()


@pytest.mark.long
def test_again_and_again(house: House, chance: random.Random) -> None:
    house.make_due()
    house.sweeper()
    house.worker()
    house.beat()
    with Visitors(house, house.web()) as visitors:
        for _ in range(4):
            pause(chance.uniform(5, 12))
            house.postgres.stop_hard()
            house.postgres.start()
        pause(5)

    assert house.wait_for_quiet() < HEALED_WITHIN
    visitors.hold()
    house.promises_hold()
