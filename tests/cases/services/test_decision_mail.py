"""The mail that says something was given back: once, as soon as the decision stands, and without saying what."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from cases.models import Case
from cases.services.checklist import ask_for_changes, reopen_item
from cases.services.mailing import TIME_TO_TAKE_BACK
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.cases.post import (
    hand_over,
    later,
    mail_states,
    one_open,
    plan,
)
from tests.conftest import World, timeline
from tests.smtp import HANG_UP, MailServer, body_of, mail_server, subject_of

__all__ = ["mail_server"]


@pytest.fixture
def case(in_scope: World) -> Case:
    """Anna's case with one thing open: the consent she has to sign."""
    return one_open(in_scope, "consent")


@pytest.fixture
def given_back(case: Case, staff) -> Case:
    hand_over(case, "consent")
    ask_for_changes(case_id=case.pk, code="consent", reason="The secret reason.", actor=staff)
    return case


def send() -> None:
    """Once the reviewer can no longer take the decision back."""
    with later(clock.now() + TIME_TO_TAKE_BACK + timedelta(seconds=1)):
        relay.drain("mail")


def words(mail: EmailMessage) -> str:
    return subject_of(mail) + body_of(mail) + body_of(mail, "html")


def test_changes_asked_are_told_without_saying_which(given_back, mail_server: MailServer):
    plan()
    send()

    [mail] = mail_server.taken
    assert subject_of(mail).startswith(f"Changes needed in your case {given_back.reference}")
    assert "http://testserver/portal/" in body_of(mail)
    assert "secret reason" not in words(mail)
    assert "onsent" not in words(mail)
    assert timeline(given_back)[-1] == "mail.sent"


def test_the_decision_is_told_once_however_often_it_is_heard_of(given_back, mail_server: MailServer):
    for _ in range(3):
        plan()
        send()
        OutboxMessage.objects.update(done_at=None, due_at=clock.now())

    assert len(mail_server.taken) == 1


def test_several_decisions_before_the_mail_goes_are_one_mail(given_back, staff, mail_server: MailServer):
    reopen_item(case_id=given_back.pk, code="purpose", actor=staff)
    hand_over(given_back, "purpose")
    ask_for_changes(case_id=given_back.pk, code="purpose", reason="Say more.", actor=staff)
    plan()
    send()
    plan()
    send()

    [mail] = mail_server.taken
    assert "2 things need a change" in body_of(mail)


def test_a_worker_whose_clock_is_behind_does_not_lose_a_decision(given_back, staff, mail_server: MailServer):
    plan()
    start = clock.now()
    with later(start + timedelta(seconds=8)):
        reopen_item(case_id=given_back.pk, code="purpose", actor=staff)
        hand_over(given_back, "purpose")
        ask_for_changes(case_id=given_back.pk, code="purpose", reason="Say more.", actor=staff)
    with later(start + timedelta(seconds=12)):
        relay.drain("mail")  # the second can still be taken back
    again = OutboxMessage.objects.get(key__contains=":event:", handler="cases.send_mail")
    with later(again.due_at - timedelta(seconds=2)):  # by the clock of the database it is due
        OutboxMessage.objects.filter(pk=again.pk).update(due_at=clock.now())
        relay.drain("mail")
        assert mail_server.taken == [] and mail_states(given_back) == ["queued"]
    with later(start + timedelta(minutes=5)):
        relay.drain("mail")
    assert len(mail_server.taken) == 1


def test_a_second_round_of_changes_is_told_again(given_back, staff, mail_server: MailServer):
    plan()
    send()
    hand_over(given_back, "consent")
    ask_for_changes(case_id=given_back.pk, code="consent", reason="Still not.", actor=staff)
    plan()
    send()

    assert len(mail_server.taken) == 2


def test_a_decision_taken_back_before_the_mail_goes_is_not_told(given_back, mail_server: MailServer):
    plan()
    hand_over(given_back, "consent")
    send()

    assert (mail_server.taken, mail_states(given_back)) == ([], ["skipped"])


def test_after_a_crash_a_decision_goes_once_more_under_the_same_id(given_back, mail_server: MailServer):
    mail_server.answers = [HANG_UP]
    plan()
    send()
    for minutes in (2, 10, 60):
        with later(clock.now() + timedelta(minutes=minutes)):
            relay.drain("mail")

    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert mail_states(given_back) == ["sent"]


def test_the_decision_mail_speaks_chinese_to_whoever_reads_chinese(in_scope, staff, mail_server: MailServer):
    case = one_open(in_scope, "consent", language="zh-hans")
    hand_over(case, "consent")
    ask_for_changes(case_id=case.pk, code="consent", reason="请补充。", actor=staff)
    plan()
    send()

    [mail] = mail_server.taken
    assert subject_of(mail).startswith(f"您的案件 {case.reference} 需要修改")
    assert "其中有1项需要修改" in body_of(mail)
    assert "请补充" not in words(mail)
