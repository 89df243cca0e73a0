"""PostgreSQL stopped hard while people work: what was acknowledged is there, and nothing is half done."""

import json
import threading

import pytest

from tests.faults.house import House, pause


def test_what_was_acknowledged_outlives_a_hard_restart(house: House) -> None:
    house.make_due()
    house.sweeper()
    told: dict[str, int] = {}
    acting = threading.Thread(target=lambda: told.update(json.loads(house.script("waive_for", "20"))))
    acting.start()
    pause(8)
    house.postgres.stop_hard()
    pause(1)
    house.postgres.start()
    acting.join()

    took = house.wait_for_quiet()

    assert told["acknowledged"] > 0
    # The one whose answer was cut off may be there or not; no more than that.
    there = house.count("cases_checklistitem", "state = 'waived'")
    assert told["acknowledged"] <= there <= told["acknowledged"] + told["refused"]
    assert there == house.count("cases_caseevent", "kind = 'item.waived'")
    assert took < 120
    house.promises_hold()


@pytest.mark.long
def test_again_and_again(house: House) -> None:
    house.make_due()
    house.sweeper()
    house.worker()
    house.beat()
    for _ in range(4):
        pause(10)
        house.postgres.stop_hard()
        house.postgres.start()

    house.wait_for_quiet()
    house.promises_hold()
