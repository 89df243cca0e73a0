"""Mails to candidates by day: what is held back at night goes in the morning, once, and sign-in codes are not held."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import Case, Mail, Reminder
from cases.services.checklist import ask_for_changes
from cases.services.gathering import queue_due_mails
from cases.services.reminding import plan_reminders
from relo.accounts.models import Agency
from relo.core import clock
from relo.core.actors import system_actor
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.cases.post import hand_over, later, mail_states, one_open, plan, states, sweep_and_send
from tests.conftest import World
from tests.portal_steps import ask, browser, mails
from tests.smtp import MailServer, mail_server

__all__ = ["mail_server"]
ZONE = "Asia/Shanghai"


@pytest.fixture
def case(in_scope: World) -> Case:
    """Anna lives in Shanghai, has one thing open, and her agency keeps the night free of mails."""
    Agency.objects.filter(pk=in_scope.agency.pk).update(mail_from_hour=8, mail_until_hour=20)
    return one_open(in_scope, "consent", time_zone=ZONE)


def there(days: int, hour: int, minute: int = 0) -> datetime:
    """An hour of a day where Anna lives."""
    day = clock.now().astimezone(ZoneInfo(ZONE)) + timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def test_a_reminder_that_comes_up_at_night_waits_for_the_morning(case, mail_server: MailServer):
    with later(there(7, 22)):  # the sweep was down since nine
        sweep_and_send()
        assert mail_server.taken == [] and mail_states(case) == []
        assert Reminder.objects.get(cycle__endswith="+7", item__code="consent").due_at == there(1, 8)
    with later(there(8, 7, 59)):
        sweep_and_send()
        assert mail_server.taken == []
    with later(there(8, 8)):
        sweep_and_send()
        sweep_and_send()
    assert len(mail_server.taken) == 1 and states(case)["consent+7"] == "mailed"
    assert [mail.local_day for mail in Mail.objects.all()] == [there(8, 8).date()]


def test_what_waits_for_the_morning_is_planned_once_and_stays_so(case):
    with later(there(7, 22)):
        queue_due_mails()
        before = list(Reminder.objects.values().order_by("id"))
        for _ in range(2):
            plan_reminders(case_id=case.pk, actor=system_actor("tests"))
            assert queue_due_mails() == 0
        assert list(Reminder.objects.values().order_by("id")) == before


def test_a_mail_that_could_not_go_by_day_is_not_tried_at_night(case, mail_server: MailServer):
    mail_server.answers = ["451 later"]
    with later(there(7, 19, 58)):
        sweep_and_send()
        assert mail_states(case) == ["queued"]
    with later(there(7, 20, 1)):
        relay.drain("mail")
        assert (mail_server.taken, mail_server.tries) == ([], 1)
    with later(there(8, 7)):
        relay.drain("mail")
        assert mail_server.tries == 1
    with later(there(8, 8, 1)):
        relay.drain("mail")
    assert len(mail_server.taken) == 1 and mail_states(case) == ["sent"]


def test_the_mail_that_waited_is_the_one_of_its_morning(case, mail_server: MailServer):
    """What falls due on the day it goes joins it, and there is no second mail that day."""
    mail_server.answers = ["451 later"]
    with later(there(7, 19, 58)):
        sweep_and_send()
    with later(there(7, 20, 5)):
        relay.drain("mail")
    Reminder.objects.filter(cycle__endswith="+14", item__code="consent").update(due_at=there(8, 9))
    with later(there(8, 8, 1)):
        relay.drain("mail")
    with later(there(8, 10)):
        sweep_and_send()

    assert len(mail_server.taken) == 1
    assert [mail.local_day for mail in Mail.objects.all()] == [there(8, 8).date()]


def test_a_decision_at_night_is_told_in_the_morning(case, staff, mail_server: MailServer):
    with later(there(1, 23)):
        hand_over(case, "consent")
        ask_for_changes(case_id=case.pk, code="consent", reason="Not signed.", actor=staff)
        plan()
    with later(there(1, 23, 5)):
        relay.drain("mail")
        assert mail_server.taken == [] and mail_states(case) == ["queued"]
    with later(there(2, 8, 1)):
        relay.drain("mail")
        relay.drain("mail")
    assert len(mail_server.taken) == 1 and mail_states(case) == ["sent"]


def test_who_moves_to_another_zone_is_mailed_by_day_there(case, staff, mail_server: MailServer):
    with later(there(1, 23)):
        hand_over(case, "consent")
        ask_for_changes(case_id=case.pk, code="consent", reason="Not signed.", actor=staff)
        plan()
    with later(there(1, 23, 5)):
        relay.drain("mail")
    case.candidate.time_zone = "Europe/Berlin"
    case.candidate.save()
    with later(there(2, 8, 1)):  # an hour past midnight there
        relay.drain("mail")
        assert mail_server.taken == []
        due = OutboxMessage.objects.filter(handler="cases.send_mail", done_at=None).get().due_at
        assert due.astimezone(ZoneInfo("Europe/Berlin")).hour == 8
    with later(due + timedelta(minutes=1)):
        relay.drain("mail")
    assert len(mail_server.taken) == 1


def test_a_worker_whose_clock_is_behind_does_not_lose_what_waited(case, mail_server: MailServer):
    with later(there(7, 12)):
        queue_due_mails()
    with later(there(7, 22)):
        relay.drain("mail")
    held = OutboxMessage.objects.get(key__contains=":quiet:")
    with later(there(8, 7, 59)):  # by the clock of the database it is eight
        OutboxMessage.objects.filter(pk=held.pk).update(due_at=clock.now())
        relay.drain("mail")
        assert mail_server.taken == [] and mail_states(case) == ["queued"]
    with later(there(8, 8, 5)):
        relay.drain("mail")
    assert len(mail_server.taken) == 1 and mail_states(case) == ["sent"]


def test_a_code_to_sign_in_comes_at_any_hour(case):
    with later(there(1, 2)):
        ask(browser(), "anna@example.org")
        assert mails()
