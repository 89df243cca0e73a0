"""Many at the same rows, and the same thing put twice."""

import json
from collections import Counter

from tests.faults.house import House


def test_fifty_workers_take_each_row_once(house: House) -> None:
    house.make_due()
    house.script("gather")
    waiting = house.count("outbox_outboxmessage", "queue = 'mail' AND done_at IS NULL")
    assert waiting >= 20

    taken = Counter(json.loads(house.script("claim_all", "50")))

    assert len(taken) == waiting and set(taken.values()) == {1}, taken.most_common(3)
    assert house.count("outbox_outboxmessage", "queue = 'mail' AND attempts > 1") == 0


def test_an_event_that_is_told_twice_is_worked_on_once(house: House) -> None:
    before = house.count("outbox_outboxmessage")

    house.script("tell_twice")

    assert house.count("outbox_outboxmessage") == before + 1


def test_many_sweeps_at_once_send_one_mail_each(house: House) -> None:
    house.make_due()
    due = house.count("cases_reminder", "state = 'planned' AND due_at <= now()")
    for _ in range(3):
        house.sweeper()

    house.wait_for_quiet()

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due
