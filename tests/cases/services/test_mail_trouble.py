"""When the mail server says no, or nobody knows whether it said yes."""

from datetime import timedelta
from uuid import UUID

import pytest

from cases.models import Case, CaseEvent
from cases.services.checklist import settle_item
from cases.services.mailing import mark_sending
from cases.tasks import send_due_reminders
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.cases.post import (
    at_ten,
    days_later,
    later,
    mail_states,
    one_open,
    state_of_first,
    sweep_and_send,
)
from tests.conftest import World, timeline
from tests.smtp import HANG_UP, MailServer, mail_server

__all__ = ["mail_server"]
WEEK = 7


@pytest.fixture
def case(in_scope: World) -> Case:
    """Anna's case with one thing open: the consent she has to sign."""
    return one_open(in_scope, "consent")


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What relo logged; the mail server of the tests shares the process and logs addresses."""
    return " ".join(f"{row.getMessage()} {row.exc_text}" for row in caplog.records if row.name != "mail.log")


# The mail server says no


def test_a_refused_mail_is_not_tried_again_and_shows_on_the_timeline(case, mail_server: MailServer, caplog):
    mail_server.answers = ["550 no such mailbox anna@example.org"]
    with days_later(WEEK):
        sweep_and_send()
    with later(at_ten(WEEK) + timedelta(hours=3)):
        sweep_and_send()

    assert (mail_server.tries, mail_server.taken) == (1, [])
    assert (mail_states(case), state_of_first(case)) == (["failed"], "failed")
    event = CaseEvent.objects.get(case=case, kind="mail.failed")
    assert event.data["code"] == "550"
    assert "anna@example.org" not in logged(caplog) + str(event.data)
    assert OutboxMessage.objects.get(handler="cases.send_mail").dead_at is not None


def test_a_busy_server_is_asked_again_later_and_the_mail_goes_once(case, mail_server: MailServer, caplog):
    mail_server.answers = ["451 try later anna@example.org"] * 3
    start = at_ten(WEEK)
    with later(start):
        sweep_and_send()
        sweep_and_send()
    assert (mail_server.tries, mail_states(case)) == (1, ["queued"])

    for minutes in (2, 8, 24):
        with later(start + timedelta(minutes=minutes)):
            sweep_and_send()

    assert (mail_server.tries, len(mail_server.taken)) == (4, 1)
    assert (mail_states(case), state_of_first(case)) == (["sent"], "mailed")
    assert timeline(case).count("mail.sent") == 1
    assert "anna@example.org" not in logged(caplog)


def test_a_server_that_is_away_for_two_days_loses_no_mail_silently(case, settings, mail_server: MailServer):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9  # nobody listens
    start = at_ten(WEEK)
    for hours in (0, 0.1, 0.3, 0.6, 2, 6.5):
        with later(start + timedelta(hours=hours)):
            sweep_and_send()
    assert (mail_states(case), mail_server.tries) == (["queued"], 0)

    settings.EMAIL_PORT = port
    with later(start + timedelta(hours=8)):
        sweep_and_send()
    assert len(mail_server.taken) == 1
    assert mail_states(case) == ["sent"]


def test_after_two_days_of_trying_it_is_a_failure_that_shows(case, settings, mail_server: MailServer):
    settings.EMAIL_PORT = 9
    start = at_ten(WEEK)
    for hours in range(60):
        with later(start + timedelta(hours=hours)):
            relay.drain("mail") if hours else sweep_and_send()

    assert (mail_states(case), state_of_first(case)) == (["failed"], "failed")
    assert timeline(case).count("mail.failed") == 1


# Nobody knows whether it arrived


def crash_while_sending(case: Case) -> UUID:
    """A worker takes the mail, commits that it is sending, and is never heard of again."""
    send_due_reminders()
    [message] = relay.claim("mail", 5, clock.now())
    mail_id = UUID(message.payload["mail_id"])
    assert mark_sending(mail_id=mail_id) is not None
    return mail_id


def test_after_a_crash_a_reminder_is_unknown_and_goes_once_more_a_day_later(case, mail_server: MailServer):
    start = at_ten(WEEK)
    with later(start):
        crash_while_sending(case)
        sweep_and_send()
    assert mail_states(case) == ["sending"]  # the lease still runs

    with later(start + timedelta(minutes=3)):
        sweep_and_send()
    assert (mail_states(case), state_of_first(case), mail_server.taken) == (["unknown"], "unknown", [])

    with later(start + timedelta(hours=23)):
        sweep_and_send()
    assert mail_server.taken == []

    for hours in (25, 26, 50):
        with later(start + timedelta(hours=hours)):
            sweep_and_send()
    assert len(mail_server.taken) == 1
    assert (mail_states(case), state_of_first(case)) == (["sent"], "mailed")


def test_a_reminder_goes_once_more_only_once(case, mail_server: MailServer):
    mail_server.answers = [HANG_UP, HANG_UP, HANG_UP]
    start = at_ten(WEEK)
    for hours in (0, 1, 25, 26, 50, 51, 75):
        with later(start + timedelta(hours=hours)):
            relay.drain("mail") if hours else sweep_and_send()

    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert (mail_states(case), state_of_first(case)) == (["unknown"], "unknown")


def test_a_line_that_breaks_after_the_mail_was_taken_is_no_reason_to_send_it_again(case, mail_server: MailServer):
    mail_server.answers = [HANG_UP]
    start = at_ten(WEEK)
    for minutes in (0, 2, 10, 60):
        with later(start + timedelta(minutes=minutes)):
            sweep_and_send()

    assert len(mail_server.taken) == 1
    assert (mail_states(case), state_of_first(case)) == (["unknown"], "unknown")


def test_an_unknown_reminder_whose_item_is_done_does_not_go_again(case, staff, mail_server: MailServer):
    start = at_ten(WEEK)
    with later(start):
        crash_while_sending(case)
    with later(start + timedelta(minutes=3)):
        sweep_and_send()
        settle_item(case_id=case.pk, code="consent", actor=staff)
    with later(start + timedelta(hours=25)):
        sweep_and_send()

    assert (mail_server.taken, mail_states(case)) == ([], ["unknown"])


def test_an_unknown_reminder_does_not_go_again_early_even_if_somebody_wakes_it(
    case: Case, mail_server: MailServer
) -> None:
    mail_server.answers = [HANG_UP]
    start = at_ten(WEEK)
    for minutes in (0, 2):
        with later(start + timedelta(minutes=minutes)):
            sweep_and_send()
    with later(start + timedelta(hours=3)):
        OutboxMessage.objects.filter(done_at=None).update(due_at=clock.now())
        relay.drain("mail")

    assert len(mail_server.taken) == 1
    with later(start + timedelta(hours=25)):
        relay.drain("mail")
    assert len(mail_server.taken) == 2
