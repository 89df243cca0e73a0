"""kill -9 at every step of a send: before, within and after each act of the database and each word to the server."""

from collections import Counter

import pytest

from tests.faults.house import House

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
# The server has taken the mail and nobody has written it down yet.
TAKEN = {"cases.services.mailing.deliver:after", "smtplib.SMTP.data:after"}


@pytest.mark.parametrize("points", [POINTS[::6], pytest.param(POINTS, marks=pytest.mark.long)], ids=["some", "all"])
def test_a_reminder_survives_its_worker(house: House, points: list[str]) -> None:
    house.make_due()
    due = house.count("cases_reminder", "state = 'planned' AND due_at <= now()")
    house.script("gather")
    # Some points are within a call that comes more than once: whoever dies there died, that is all that counts.
    codes = {point: house.run("run_outbox", "--once", die=point) for point in points}
    assert set(codes.values()) == {-9}, codes

    house.sweeper()
    took = house.wait_for_quiet()

    house.promises_hold()
    states = Counter(state for _mail, state in house.mails().items())
    assert house.count("cases_reminder", "state IN ('mailed', 'unknown')") == due
    assert 0 < states["unknown"] <= len(points) and states["sent"] == due - states["unknown"], states
    assert took < 120


def test_a_decision_goes_once_more_at_most_and_under_the_same_id(house: House) -> None:
    given_back = house.script("give_changes")
    assert int(given_back) == 3
    for point in ("smtplib.SMTP.data:after", "smtplib.SMTP.mail:before", "cases.services.mailing.mark_sent:before"):
        assert house.run("run_outbox", "--once", die=point) == -9

    house.sweeper()
    house.wait_for_quiet()

    house.promises_hold(copies=2)
    assert set(house.mails().values()) == {"sent"}
    assert sorted(house.sink.taken.values()) == [1, 2, 2]
