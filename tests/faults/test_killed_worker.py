"""kill -9 at every step of a send: before, within and after each act of the database and each word to the server."""

import random
import signal
from collections import Counter

import pytest

from relo.outbox.relay import MAX_ATTEMPTS
from tests.faults.house import HEALED_WITHIN, House, pause
from tests.faults.servers import wait_until

POINTS = [
    f"{target}:{when}"
    for target in (
        "relo.outbox.relay.claim",
        "relo.outbox.relay.deliver",
        "relo.outbox.relay.finish",
        "cases.services.mailing.mark_sending",
        "cases.services.mailing._locked",
        "cases.services.mailing.compose",
        "cases.services.mailing.deliver",
        "cases.services.mailing.mark_sent",
        "cases.services.mailing._settle_reminders",
        "cases.services.mailing.record",
        "smtplib.SMTP.connect",
        "smtplib.SMTP.mail",
        "smtplib.SMTP.rcpt",
        "smtplib.SMTP.data",
        "smtplib.SMTP.quit",
    )
    for when in ("before", "after")
]
# In CI: before the work, with the mail under way, with it taken and not written down, and with it all but finished.
SOME = [
    "cases.services.mailing.mark_sending:before",
    "smtplib.SMTP.mail:before",
    "smtplib.SMTP.data:after",
    "relo.outbox.relay.finish:before",
]


@pytest.mark.parametrize("points", [SOME, pytest.param(POINTS, marks=pytest.mark.long)], ids=["some", "all"])
def test_a_reminder_survives_its_worker(house: House, points: list[str], chance: random.Random) -> None:
    due = house.make_due()
    assert due > len(points), "each needs a mail of its own: one that was begun before goes another way"
    house.script("gather")
    # Some points are within a call that comes more than once: whoever dies there died, that is all that counts.
    codes = {point: house.run("run_outbox", "--once", die=point) for point in chance.sample(points, len(points))}
    assert set(codes.values()) == {-9}, codes

    house.sweeper()
    took = house.wait_for_quiet()

    house.promises_hold()
    states = Counter(state for _mail, state in house.mails().items())
    assert house.count("cases_reminder", "state IN ('mailed', 'unknown')") == due
    assert 0 < states["unknown"] <= len(points) and states["sent"] == due - states["unknown"], states
    assert took < HEALED_WITHIN


@pytest.mark.long
def test_celery_workers_killed_at_any_moment_lose_nothing(house: House, chance: random.Random) -> None:
    due = house.make_due()
    house.sink.wait = 0.3
    house.beat()
    for _ in range(5):
        worker = house.worker()
        pause(chance.uniform(4, 10))
        worker.kill()
        assert worker.wait() == -9
    house.worker()

    assert house.wait_for_quiet() < HEALED_WITHIN

    house.promises_hold()
    assert house.count("cases_reminder", "state IN ('mailed', 'unknown')") == due


def test_a_worker_that_stood_still_for_longer_than_its_lease_sends_nothing_twice(house: House) -> None:
    """Its machine was paused while the mail was under way; another took the mail over meanwhile."""
    house.leave_one_person()
    house.make_due()
    house.script("gather")
    house.sink.wait = 2
    stopped = house.sweeper()
    wait_until(lambda: house.count("cases_mail", "state = 'sending'") == 1, 60, "the mail is under way")
    stopped.send_signal(signal.SIGSTOP)
    house.sweeper()
    wait_until(lambda: house.count("outbox_outboxmessage", "queue = 'mail' AND attempts = 2") == 1, 120, "taken over")
    stopped.send_signal(signal.SIGCONT)

    house.wait_for_quiet()

    house.promises_hold()
    assert list(house.sink.taken.values()) == [1] and set(house.mails().values()) <= {"sent", "unknown"}


@pytest.mark.long
def test_a_message_that_kills_its_worker_each_time_is_put_away_and_shown(house: House) -> None:
    house.leave_one_person()
    house.make_due()
    house.script("gather")
    for _ in range(MAX_ATTEMPTS):
        assert house.run("run_outbox", "--once", die="cases.services.mailing.mark_sending:before") == -9
        house.change("UPDATE outbox_outboxmessage SET due_at = now() WHERE done_at IS NULL")  # its lease is over

    assert house.run("run_outbox", "--once") == 0  # nothing kills this one

    assert house.count("outbox_outboxmessage", "dead_at IS NOT NULL AND last_error = 'WorkerDied'") == 1
    assert not house.sink.taken


@pytest.mark.long
def test_a_decision_goes_once_more_at_most_and_under_the_same_id(house: House) -> None:
    given_back = house.script("give_changes")
    assert int(given_back) == 3
    assert house.run("run_outbox", "--once") == 0  # writes the mails, which wait until nobody can take back any more
    mine = "queue = 'mail' AND done_at IS NULL AND due_at <= now()"
    wait_until(lambda: house.count("outbox_outboxmessage", mine) == 3, 60, "the time to take back is over")
    for point in ("smtplib.SMTP.data:after", "smtplib.SMTP.mail:before", "cases.services.mailing.mark_sent:before"):
        assert house.run("run_outbox", "--once", die=point) == -9

    house.sweeper()
    house.wait_for_quiet()

    house.promises_hold()
    assert set(house.mails().values()) == {"sent"}
    assert sorted(house.sink.taken.values()) == [1, 2, 2]
