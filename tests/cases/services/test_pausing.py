"""Reminders that rest, slow down, or stop: what is sent, what is stored, and who is told."""

from datetime import timedelta

import pytest

from cases.models import Candidate, Case, Mail, Reminder, ReminderPause
from cases.services.pausing import end_pause, pause_reminders, pause_rule, set_pace, trust_address
from cases.tasks import send_due_reminders
from relo.accounts.roles import CANDIDATE_PERMISSIONS
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotPermitted
from relo.outbox import relay
from tests.cases.post import days_later, one_open, plan, sweep_and_send
from tests.conftest import World, timeline
from tests.days import in_days
from tests.smtp import MailServer, mail_server

__all__ = ["mail_server"]
REASON = "She is at sea until spring."


@pytest.fixture
def case(in_scope: World) -> Case:
    return one_open(in_scope, "consent")


@pytest.fixture
def candidate(case: Case) -> Actor:
    """Anna herself, at the portal."""
    return Actor(ActorKind.CANDIDATE, str(case.candidate_id), case.agency_id, frozenset(CANDIDATE_PERMISSIONS))


def fates(case: Case) -> set[tuple[str, str]]:
    to_her = Reminder.objects.filter(case=case, audience="candidate")
    return set(to_her.filter(due_at__lte=clock.now()).values_list("state", "skip_reason"))


def due(days: int = 7) -> None:
    with days_later(days):
        plan()
        sweep_and_send()


def test_a_paused_case_gets_no_mail_and_its_ledger_says_why(case, staff, mail_server: MailServer):
    pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
    with days_later(7):
        sweep_and_send()
        assert fates(case) == {("skipped", "paused")}

    assert mail_server.taken == [] and "reminders.paused" in timeline(case)


def test_what_was_missed_is_made_up_once_the_pause_ends(case, staff, mail_server: MailServer):
    pause = pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
    with days_later(8):
        sweep_and_send()
        end_pause(pause_id=pause.pk, actor=staff)
        sweep_and_send()
        assert len(mail_server.taken) == 1
        with pytest.raises(Conflict):
            end_pause(pause_id=pause.pk, actor=staff)


def test_planning_again_leaves_a_paused_reminder_alone(case, staff):
    pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
    with days_later(7):
        sweep_and_send()
        before = list(Reminder.objects.order_by("id").values())
        plan()
        assert list(Reminder.objects.order_by("id").values()) == before


def test_a_snooze_ends_by_itself(case, staff, mail_server: MailServer):
    until = in_days(10)
    pause_reminders(case_id=case.pk, rule="R-ITEM", reason=REASON, until=until, actor=staff)
    due(7)
    assert mail_server.taken == [] and Reminder.objects.filter(case=case, state="planned").exists()

    with days_later(11):
        sweep_and_send()
    assert len(mail_server.taken) == 1


def test_a_pause_of_another_rule_or_case_stops_nothing(case, staff, mail_server: MailServer):
    pause_reminders(case_id=case.pk, rule="R-PASS", reason=REASON, actor=staff)
    due()
    assert len(mail_server.taken) == 1


def test_a_rule_rests_in_every_case_and_goes_on_in_every_case(in_scope, case, mail_server: MailServer):
    administrator = in_scope.administrator.actor
    pause = pause_rule(rule="R-ITEM", reason=REASON, actor=administrator)
    with days_later(8):
        sweep_and_send()
        assert mail_server.taken == []
        end_pause(pause_id=pause.pk, actor=administrator)
        relay.drain("default")
        sweep_and_send()
    assert len(mail_server.taken) == 1


def test_a_case_manager_does_not_stop_a_rule_for_everybody(case, staff):
    with pytest.raises(NotPermitted):
        pause_rule(rule="R-ITEM", reason=REASON, actor=staff)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_day_that_is_over_or_far_away_is_refused(case, staff, days):
    with pytest.raises(Invalid):
        pause_reminders(case_id=case.pk, reason=REASON, until=in_days(days), actor=staff)
    assert not ReminderPause.objects.exists()


def test_the_same_pause_twice_is_told(case, staff):
    pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
    with pytest.raises(Conflict):
        pause_reminders(case_id=case.pk, reason=REASON, actor=staff)


def test_a_mail_that_waits_is_not_sent_when_its_case_is_paused_meanwhile(case, staff, mail_server: MailServer):
    with days_later(7):
        send_due_reminders()
        pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
        relay.drain("mail")
        assert ("skipped", "paused") in fates(case)
    assert mail_server.taken == [] and Mail.objects.get().state == "skipped"


def test_the_candidate_stops_reminders_and_takes_them_up_again(case, candidate, mail_server: MailServer):
    set_pace(candidate_id=case.candidate_id, pace="off", actor=candidate)
    with days_later(8):
        sweep_and_send()
        assert mail_server.taken == [] and fates(case) == {("skipped", "stopped")}
        set_pace(candidate_id=case.candidate_id, pace="daily", actor=candidate)
        plan()
        sweep_and_send()
    assert len(mail_server.taken) == 1


def test_once_a_week_means_seven_days_between(case, candidate, in_scope, mail_server: MailServer):
    set_pace(candidate_id=case.candidate_id, pace="weekly", actor=candidate)
    due(7)
    Reminder.objects.filter(case=case, state="planned").update(due_at=clock.now() + timedelta(days=9))
    due(10)
    assert len(mail_server.taken) == 1
    due(15)
    assert len(mail_server.taken) == 2


def test_a_pace_nobody_knows_and_a_stranger_are_refused(case, candidate, staff):
    with pytest.raises(Invalid):
        set_pace(candidate_id=case.candidate_id, pace="hourly", actor=candidate)
    with pytest.raises(NotPermitted):
        set_pace(candidate_id=case.candidate_id, pace="off", actor=staff)


def test_an_address_that_is_refused_for_good_is_written_to_no_more(case, staff, mail_server: MailServer):
    mail_server.answers = ["550 5.1.1 no such mailbox"]
    due(7)
    due(14)
    assert mail_server.tries == 1 and mail_server.taken == []
    assert Candidate.objects.get().address_failed_at is not None and timeline(case).count("address.failed") == 1

    with days_later(15):
        trust_address(case_id=case.pk, actor=staff)
        plan()
        sweep_and_send()
    assert len(mail_server.taken) == 1


def test_a_mail_that_is_not_liked_says_nothing_of_the_address(case, mail_server: MailServer):
    mail_server.answers = ["550 5.7.1 looks like spam"]
    due(7)
    assert Candidate.objects.get().address_failed_at is None and Mail.objects.get().state == "failed"


def test_after_six_reminders_of_a_thing_it_is_for_the_staff(case, mail_server: MailServer):
    item = Reminder.objects.filter(case=case, item__isnull=False).earliest("id").item
    mail = Mail.objects.create(
        candidate=case.candidate, kind="reminder", language="en", local_day=in_days(0), created_at=clock.now(),
        state="sent", sent_at=clock.now(), sending_at=clock.now(), message_id="<1@x>",
    )  # fmt: skip
    for number in range(6):
        Reminder.objects.create(
            case=case, item=item, rule="R-OLD", cycle=str(number), state="mailed", mail=mail,
            due_at=clock.now(), created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
    due(7)
    assert mail_server.taken == []
    assert Reminder.objects.filter(case=case, item=item, skip_reason="capped").exists()
