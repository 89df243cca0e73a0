"""A mail server that refuses, puts off, hangs after DATA or breaks the line."""

import pytest

from tests.faults import sink
from tests.faults.house import IS_QUICK, House

# How soon a mail that was put off is tried again, and the sweep after it.
AGAIN = 30 if IS_QUICK else 100


def ready(house: House) -> int:
    due = house.make_due()
    house.script("gather")
    return due


def test_a_refused_address_is_not_tried_again_and_is_shown(house: House) -> None:
    due = ready(house)
    house.sink.mode = sink.REFUSE

    house.run("run_outbox", "--once")
    house.sink.mode = sink.TAKE
    house.run("run_outbox", "--once")

    assert house.count("cases_mail", "state = 'failed' AND error = '550'") == due
    assert set(house.sink.refused.values()) == {1} and not house.sink.taken
    assert house.count("cases_caseevent", "kind = 'mail.failed'") == due
    house.promises_hold()


def test_grey_listing_delays_a_mail_and_does_not_double_it(house: House) -> None:
    due = ready(house)
    house.sink.mode = sink.GREY
    house.run("run_outbox", "--once")
    assert house.count("cases_mail", "state = 'queued' AND error = '450'") == due

    house.sweeper()  # after the first wait, a minute
    house.wait_for_quiet(AGAIN)

    house.promises_hold()
    assert sum(house.sink.taken.values()) == due


@pytest.mark.long
def test_a_line_that_breaks_after_data_leaves_it_unknown_and_shown(house: House) -> None:
    due = ready(house)
    house.sink.mode = sink.DROP
    house.run("run_outbox", "--once")
    house.sink.mode = sink.TAKE

    house.sweeper()
    house.wait_for_quiet()

    house.promises_hold()
    assert set(house.mails().values()) == {"unknown"} and sum(house.sink.taken.values()) == due
    # And once more, a day later.
    assert house.count("outbox_outboxmessage", "done_at IS NULL AND due_at > now() + interval '23h'") == due


@pytest.mark.long
def test_a_server_that_hangs_after_data_holds_up_no_longer_than_its_time_limit(house: House) -> None:
    house.leave_one_person()
    assert ready(house) == 1
    house.sink.mode = sink.HANG
    house.run("run_outbox", "--once")
    house.sink.mode = sink.TAKE

    house.sweeper()
    house.wait_for_quiet()

    house.promises_hold()
    assert list(house.mails().values()) == ["unknown"] and list(house.sink.taken.values()) == [1]
