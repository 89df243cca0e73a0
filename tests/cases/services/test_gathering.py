"""The sweep takes candidates by the fifty: each is judged by itself, and fifty cost what one does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Candidate, Case, Mail, Reminder, ReminderState
from cases.services import gathering
from cases.services.gathering import queue_due_mails
from cases.services.opening import open_case
from cases.services.pausing import pause_reminders
from relo.core import clock
from relo.outbox.models import OutboxMessage
from tests.cases.post import days_later, leave_open, mail_states, plan, states
from tests.conftest import World, anna


def one_open_of(world: World, email: str, **changes: object) -> Case:
    case = open_case(route_code="CN-K", candidate=anna(email=email, **changes), actor=world.manager.actor)
    leave_open(case, {"consent"}, world.manager.actor)
    plan()
    return case


def people(world: World, count: int, of: str) -> list[Case]:
    return [one_open_of(world, f"{of}{number}@example.org") for number in range(count)]


def test_many_cost_as_many_statements_as_one(in_scope):
    one = people(in_scope, 1, "one")
    with days_later(7), CaptureQueriesContext(connection) as of_one:
        assert queue_due_mails() == 1
    many = people(in_scope, 6, "many")
    with days_later(7), CaptureQueriesContext(connection) as of_many:
        assert queue_due_mails() == 6

    assert [mail_states(case) for case in [*one, *many]] == [["queued"]] * 7
    assert len(of_many) == len(of_one)


def test_each_is_judged_by_itself(in_scope):
    mailed, weekly, paused, stopped, capped, plain = people(in_scope, 6, "person")
    Candidate.objects.filter(pk=weekly.candidate_id).update(reminder_pace="weekly")
    Candidate.objects.filter(pk=stopped.candidate_id).update(reminder_pace="off")
    pause_reminders(case_id=paused.pk, rule="", until=None, reason="Asked for quiet.", actor=in_scope.manager.actor)
    with days_later(7):
        for case, ago in ((mailed, 0), (weekly, 6)):
            mail_sent(case, ago)
        for number in range(6):
            reminded_before(capped, number)

        assert queue_due_mails() == 1

        assert states(plain)["consent+7"] == "gathered"
        assert [mail.local_day for mail in Mail.objects.filter(candidate=plain.candidate)] == [clock.today("UTC")]
        assert states(stopped)["consent+7"] == "skipped stopped"
        assert states(paused)["consent+7"] == "skipped paused"
        assert states(capped)["consent+7"] == "skipped capped"
        for case, days in ((mailed, 1), (weekly, 1)):
            assert due_on(case) == clock.today("UTC") + timedelta(days=days)
    keys = OutboxMessage.objects.filter(handler=gathering.SEND).values_list("key", "payload")
    [mail] = Mail.objects.filter(state="queued")
    assert list(keys) == [(f"mail:{mail.pk}", {"mail_id": str(mail.pk)})]


def test_whoever_comes_later_joins_the_mail_that_waits(in_scope):
    first, second = people(in_scope, 2, "person")
    with days_later(7):
        assert queue_due_mails() == 2
        late = Reminder.objects.get(case=first, cycle__endswith="+14", item__code="consent")
        Reminder.objects.filter(pk=late.pk).update(due_at=clock.now())

        assert queue_due_mails() == 0

    [mail] = Mail.objects.filter(candidate=first.candidate)
    late.refresh_from_db()
    assert (late.state, late.mail_id) == ("gathered", mail.pk)
    assert mail_states(second) == ["queued"]


def test_more_than_a_batch_are_all_gathered(in_scope, monkeypatch):
    monkeypatch.setattr(gathering, "BATCH", 2)
    monkeypatch.setattr(gathering, "PAGE", 3)
    cases = people(in_scope, 5, "person")
    with days_later(7):
        assert queue_due_mails() == 5

    assert [mail_states(case) for case in cases] == [["queued"]] * 5


def mail_sent(case: Case, days_ago: int) -> None:
    now = clock.now()
    Mail.objects.create(
        candidate=case.candidate,
        kind="reminder",
        language="en",
        local_day=clock.today("UTC") - timedelta(days=days_ago),
        state="sent",
        message_id="<one@example.org>",
        created_at=now,
        sending_at=now,
        sent_at=now,
    )


def reminded_before(case: Case, number: int) -> None:
    mail_sent(case, 20 + number)
    row = Reminder.objects.get(case=case, cycle__endswith="+7", item__code="consent")
    row.pk, row._state.adding = None, True
    row.cycle, row.state = f"before {number}", ReminderState.MAILED
    row.mail = Mail.objects.filter(candidate=case.candidate).order_by("local_day").first()
    row.id = Reminder._meta.pk.get_default()
    row.save(force_insert=True)


def due_on(case: Case) -> date:
    return Reminder.objects.get(case=case, cycle__endswith="+7", item__code="consent").due_at.date()


@pytest.mark.django_db(transaction=True)
def test_whoever_is_acted_on_is_left_to_the_next_sweep_and_holds_up_nobody(in_scope):
    held, *others = people(in_scope, 3, "person")
    second = open_case(route_code="CN-K", candidate=held.candidate_id, actor=in_scope.manager.actor)
    if connection.vendor != "postgresql":
        assert connection.vendor == "sqlite"  # one lock for all, and a time limit of its own
        return
    acting, done = Event(), Event()

    def act() -> None:
        try:
            with in_scope.scope(), transaction.atomic():
                Case.objects.select_for_update().get(pk=second.pk)
                acting.set()
                done.wait(60)
        finally:
            connection.close()

    with days_later(7), ThreadPoolExecutor(1) as pool:
        holding = pool.submit(act)
        assert acting.wait(60)
        try:
            assert queue_due_mails() == 2
            assert [mail_states(case) for case in others] == [["queued"]] * 2
            assert mail_states(held) == []
        finally:
            done.set()
        holding.result()
        assert queue_due_mails() == 1
    assert mail_states(held) == ["queued"]
