"""One reminder put off by days, and the trace that a pause of a rule leaves for the whole agency."""

from datetime import date, timedelta

import pytest

from cases.models import Case, CaseEvent, Reminder, ReminderPause
from cases.services.checklist import settle_item
from cases.services.opening import open_case
from cases.services.pausing import end_pause, pause_reminders, pause_rule
from cases.services.putting_off import LONGEST_DAYS, put_off_reminder
from cases.tasks import send_due_reminders
from relo.accounts.models import SecurityEvent
from relo.core import clock
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.outbox import relay
from tests.cases.post import days_later, leave_open, one_open, plan, state_of_first, sweep_and_send
from tests.conftest import World, anna, timeline
from tests.days import in_days
from tests.smtp import MailServer, body_of, mail_server

__all__ = ["mail_server"]
REASON = "She sends it after her holiday."


@pytest.fixture
def case(in_scope: World) -> Case:
    return one_open(in_scope, "consent")


def their_day(days: int) -> date:
    """Anna lives by UTC, the agency does not."""
    return clock.today("UTC") + timedelta(days=days)


def first(case: Case) -> Reminder:
    """Of the consent: due a week after it was asked for."""
    return Reminder.objects.get(case=case, rule="R-ITEM", item__code="consent", cycle__endswith="+7")


def put_off(case: Case, actor, days: int = 3, reason: str = REASON) -> ReminderPause:
    return put_off_reminder(case_id=case.pk, reminder_id=first(case).pk, days=days, reason=reason, actor=actor)


def test_it_goes_that_many_days_later_and_once(case, staff, mail_server: MailServer):
    pause = put_off(case, staff)
    assert pause.until == their_day(10) and pause.reason == REASON
    for day in (7, 8, 9):
        with days_later(day):
            plan()
            sweep_and_send()
    assert mail_server.taken == [] and state_of_first(case) == "planned"

    with days_later(10):
        sweep_and_send()
    assert len(mail_server.taken) == 1 and state_of_first(case) == "mailed"
    event = CaseEvent.objects.get(case=case, kind="reminder.put_off")
    assert event.data == {"item": "consent", "until": str(their_day(10))}


def test_the_others_go_as_they_fall_due(in_scope, staff, mail_server: MailServer):
    case = open_case(route_code="CN-K", candidate=anna(), actor=staff)
    leave_open(case, {"consent", "passport"}, staff)
    plan()
    put_off(case, staff)
    with days_later(7):
        send_due_reminders()
        assert set(Reminder.objects.filter(state="gathered").values_list("item__code", flat=True)) == {"passport"}


def test_planning_again_leaves_its_day(case, staff):
    put_off(case, staff)
    due_at = first(case).due_at
    plan()
    leave_open(case, {"consent"}, staff)
    plan()

    assert first(case).due_at == due_at and due_at.date() == their_day(10)


def test_it_leaves_a_mail_that_waits_to_be_sent(case, staff, mail_server: MailServer):
    with days_later(7):
        send_due_reminders()
        assert state_of_first(case) == "gathered"
        put_off(case, staff)
        relay.drain("mail")
        assert mail_server.taken == [] and state_of_first(case) == "planned"
    with days_later(10):
        sweep_and_send()
    assert len(mail_server.taken) == 1 and "consent" in body_of(mail_server.taken[0]).casefold()


def test_one_that_is_done_meanwhile_is_not_sent(case, staff, mail_server: MailServer):
    put_off(case, staff)
    settle_item(case_id=case.pk, code="consent", actor=staff)
    plan()
    with days_later(11):
        sweep_and_send()
    assert mail_server.taken == [] and state_of_first(case) == "skipped item_done"


def test_it_is_put_off_once_more_and_the_later_day_counts(case, staff):
    put_off(case, staff)
    again = put_off(case, staff, days=5)

    assert again.until == their_day(15) and first(case).due_at.date() == their_day(15)
    assert ReminderPause.objects.filter(ended_at=None).get() == again
    with days_later(16):
        assert put_off(case, staff, days=1).until == clock.now().date() + timedelta(days=1)


def test_ending_it_early_brings_back_its_day(case, staff, mail_server: MailServer):
    pause = put_off(case, staff)
    end_pause(pause_id=pause.pk, actor=staff)
    assert first(case).due_at.date() == their_day(7)

    pause = put_off(case, staff)
    with days_later(8):
        end_pause(pause_id=pause.pk, actor=staff)
        sweep_and_send()
    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1, 10**9])
def test_a_number_of_days_that_cannot_be_is_refused(case, staff, days):
    before = timeline(case)
    with pytest.raises(Invalid):
        put_off(case, staff, days=days)
    with pytest.raises(Invalid):
        put_off(case, staff, reason="no")
    assert timeline(case) == before and not ReminderPause.objects.exists()


def test_who_may_not_and_what_is_gone_are_refused(case, staff, in_scope, other_world, mail_server: MailServer):
    with pytest.raises(NotPermitted):
        put_off(case, in_scope.read_only.actor)
    with other_world.scope(), pytest.raises(NotFound):
        put_off_reminder(case_id=case.pk, reminder_id=case.pk, days=1, reason=REASON, actor=other_world.manager.actor)
    with pytest.raises(NotFound):
        put_off_reminder(case_id=case.pk, reminder_id=case.pk, days=1, reason=REASON, actor=staff)
    with days_later(7):
        sweep_and_send()
        with pytest.raises(Conflict):
            put_off(case, staff)
    assert not ReminderPause.objects.exists()


@pytest.mark.parametrize(("language", "said"), [("en", "Put off"), ("zh-hans", "推迟")])
def test_the_ledger_and_the_case_lead_there_and_show_it(case, in_scope, language, said):
    client, page = in_scope.manager.client(language), f"/admin/cases/case/{case.pk}/change/"
    address = f"/admin/cases/case/{case.pk}/reminders/{first(case).pk}/put-off/"
    for place in ("/admin/cases/reminder/", page):
        shown = client.get(place).content.decode()
        assert f'href="{address}"' in shown and said in shown
    assert address not in in_scope.read_only.client().get("/admin/cases/reminder/").content.decode()

    for days in ("400", "0", "x", ""):
        refused = client.post(address, {"days": days, "reason": REASON})
        assert refused.status_code == 422 and " 90" in refused.content.decode()
    assert client.post(address, {"days": "3", "reason": REASON}).status_code == 302
    assert REASON in client.get(page).content.decode()
    with days_later(11):
        assert REASON not in client.get(page).content.decode()


# The whole agency


def test_a_rule_paused_everywhere_stands_in_the_log_of_the_agency(in_scope: World):
    administrator = in_scope.administrator
    pause = pause_rule(rule="R-ITEM", reason=REASON, until=in_days(5), actor=administrator.actor)
    end_pause(pause_id=pause.pk, actor=administrator.actor)

    acts = SecurityEvent.objects.filter(act__startswith="rule.").order_by("id")
    assert [(event.act, event.data.get("rule"), event.data.get("until")) for event in acts] == [
        ("rule.paused", "R-ITEM", str(in_days(5))), ("rule.resumed", "R-ITEM", None),
    ]  # fmt: skip
    assert {event.actor_ref for event in acts} == {administrator.actor.ref} and REASON not in str(acts.values())
    shown = administrator.client().get("/admin/accounts/securityevent/?about=agency").content.decode()
    assert "Reminders of a rule paused in every case" in shown and "rule: R-ITEM" in shown
    chinese = administrator.client("zh-hans").get("/admin/accounts/securityevent/").content.decode()
    assert "已在所有案件中暂停某条规则的提醒" in chinese


def test_a_refused_pause_of_a_rule_and_one_of_a_case_leave_no_line_there(case, staff, in_scope):
    with pytest.raises(NotPermitted):
        pause_rule(rule="R-ITEM", reason=REASON, actor=staff)
    with pytest.raises(Invalid):
        pause_rule(rule="R-ITEM", reason=REASON, until=in_days(-1), actor=in_scope.administrator.actor)
    end_pause(pause_id=pause_reminders(case_id=case.pk, reason=REASON, actor=staff).pk, actor=staff)

    assert not SecurityEvent.objects.filter(act__startswith="rule.").exists()


def test_a_pause_whose_day_has_come_makes_room_for_another(case, staff, in_scope):
    pause_reminders(case_id=case.pk, reason=REASON, until=in_days(3), actor=staff)
    pause_rule(rule="R-ITEM", reason=REASON, until=in_days(3), actor=in_scope.administrator.actor)
    with days_later(4):
        pause_reminders(case_id=case.pk, reason=REASON, actor=staff)
        pause_rule(rule="R-ITEM", reason=REASON, actor=in_scope.administrator.actor)

    assert ReminderPause.objects.filter(ended_at=None, until=None).count() == 2
    assert ReminderPause.objects.exclude(ended_at=None).count() == 2
