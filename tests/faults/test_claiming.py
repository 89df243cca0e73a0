"""Many at the same rows, and the same thing put twice."""

import json
from collections import Counter

import psycopg
import pytest

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


def test_many_who_gather_for_the_same_people_gather_for_each_once(house: House) -> None:
    due = house.make_due()

    told = house.script_with_log("gather_at_once", "8")

    assert house.count("cases_mail") == due == house.count("outbox_outboxmessage", "queue = 'mail'")
    assert "not_queued" not in told  # by a lock; the unique keys below would only have refused


KEYS = {
    "outbox_once_per_handler_and_key": ("outbox_outboxmessage", "(SELECT max(id) + 1 FROM outbox_outboxmessage)", {}),
    "reminder_once_per_cycle": ("cases_reminder", "gen_random_uuid()", {}),
    "mail_of_reminders_once_a_day": ("cases_mail", "gen_random_uuid()", {"message_id": "'another'"}),
}


def test_the_same_row_twice_is_refused_whoever_writes_it(house: House) -> None:
    """Whatever got past the code and its locks."""
    house.make_due()
    house.script("gather")
    for key, (table, new_id, changed) in KEYS.items():
        columns = [name for (name,) in house.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'", table
        )]  # fmt: skip
        values = ", ".join(changed.get(name, name) for name in columns)
        copy = f"SELECT {new_id}, {values} FROM {table} ORDER BY id LIMIT 1"
        with pytest.raises(psycopg.errors.UniqueViolation, match=key):
            house.change(f"INSERT INTO {table} (id, {', '.join(columns)}) {copy}")


@pytest.mark.long
def test_many_sweeps_at_once_send_one_mail_each(house: House) -> None:
    due = house.make_due()
    for _ in range(3):
        house.sweeper()

    house.wait_for_quiet()

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due
    assert house.logged("reminders.not_queued") == 0


@pytest.mark.long
def test_work_that_takes_longer_than_its_lease_stays_with_its_worker(house: House) -> None:
    house.leave_one_person()
    assert house.make_due() == 1
    house.script("gather")
    house.sink.wait = 14
    for _ in range(2):
        house.sweeper(lease=5)

    house.wait_for_quiet()

    house.promises_hold()
    assert list(house.mails().values()) == ["sent"] and list(house.sink.taken.values()) == [1]
    assert house.count("outbox_outboxmessage", "queue = 'mail' AND attempts > 1") == 0
