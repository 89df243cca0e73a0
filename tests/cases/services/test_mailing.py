"""Reminder mails over a real SMTP server: what arrives, in which words, and how often."""

import pytest

from cases.models import Case, Mail, Reminder
from cases.services.checklist import settle_item
from cases.services.opening import open_case
from cases.tasks import send_due_reminders
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.cases.post import (
    days_later,
    leave_open,
    mail_states,
    one_open,
    plan,
    state_of_first,
    sweep_and_send,
)
from tests.conftest import World, anna, timeline
from tests.smtp import MailServer, body_of, mail_server, subject_of

__all__ = ["mail_server"]
WEEK = 7


@pytest.fixture
def case(in_scope: World) -> Case:
    """Anna's case with one thing open: the consent she has to sign."""
    return one_open(in_scope, "consent")


def asked(case: Case) -> str:
    """The day it was asked for, as a mail writes it."""
    return f"{case.opened_at.day} {case.opened_at:%B %Y}"


def test_a_due_item_yields_one_mail_that_says_what_and_when(case, mail_server: MailServer, in_scope):
    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    assert subject_of(mail) == f"Waiting for you since {asked(case)}: Consent and mandate, signed"
    assert mail["To"] == "anna@example.org"
    assert mail["From"] == "ARC Relocation <relo@testserver>"
    assert mail["Reply-To"] == "desk@arc.example"
    stored = Mail.objects.get()
    assert mail["Message-ID"] == stored.message_id == f"<{stored.pk}@testserver>"
    for body in (body_of(mail), body_of(mail, "html")):
        assert "Consent and mandate, signed" in body
        assert "http://testserver/portal/" in body
        assert case.reference in body
        assert "ARC Relocation" in body  # why you get this
    assert (stored.state, state_of_first(case)) == ("sent", "mailed")
    assert timeline(case)[-1] == "mail.sent"


def test_the_mail_is_in_the_candidates_language(in_scope, mail_server: MailServer):
    case = one_open(in_scope, "consent", language="zh-hans")
    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    day = case.opened_at
    assert subject_of(mail) == f"自{day.year}年{day.month}月{day.day}日起等待您办理：个人信息处理同意书与委托书（签字）"
    assert mail["Content-Language"] == "zh-hans"
    assert "您好" in body_of(mail)
    assert "您好" in body_of(mail, "html")
    assert "Dear" not in body_of(mail) + body_of(mail, "html")


def test_planner_sweep_and_relay_run_twice_send_once(case, mail_server: MailServer):
    with days_later(WEEK):
        for _ in range(3):
            plan()
            sweep_and_send()
            sweep_and_send()
        OutboxMessage.objects.update(done_at=None, due_at=clock.now())  # the broker's and relay's worst day
        plan()
        relay.drain("mail")

    assert len(mail_server.taken) == 1
    assert timeline(case).count("mail.sent") == 1


def test_two_due_items_share_one_mail(in_scope, mail_server: MailServer):
    case = open_case(route_code="CN-K", candidate=anna(), actor=in_scope.manager.actor)
    leave_open(case, {"consent", "passport"}, in_scope.manager.actor)
    plan()

    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    assert subject_of(mail) == f"Waiting for you since {asked(case)}: 2 things in your case"
    assert "- Consent and mandate, signed – " in body_of(mail)
    assert "- A step that is shown once you sign in – " in body_of(mail)


def test_a_sensitive_paper_is_not_named(in_scope, mail_server: MailServer):
    one_open(in_scope, "passport")
    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    everything = subject_of(mail) + body_of(mail) + body_of(mail, "html")
    assert "passport" not in everything.lower()
    assert "a step in your case" in subject_of(mail)


def test_markup_in_a_name_stays_text(in_scope, mail_server: MailServer):
    one_open(in_scope, "consent", given_names="<b>Anna</b> & Co")
    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    assert "<b>Anna</b> & Co" in body_of(mail)
    assert "&lt;b&gt;Anna&lt;/b&gt; &amp; Co" in body_of(mail, "html")


def test_a_line_break_in_the_agencys_name_makes_no_header(case, in_scope, mail_server: MailServer):
    in_scope.agency.name = "ARC\r\nBcc: everybody@example.org"
    in_scope.agency.save()
    with days_later(WEEK):
        sweep_and_send()

    [mail] = mail_server.taken
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == "ARC Bcc: everybody@example.org"


def test_what_was_accepted_meanwhile_is_not_asked_for(case, staff, mail_server: MailServer):
    with days_later(WEEK):
        send_due_reminders()
        settle_item(case_id=case.pk, code="consent", actor=staff)
        relay.drain("mail")  # before any planning has seen it

    assert mail_server.taken == []
    assert (state_of_first(case), mail_states(case)) == ("skipped item_done", ["skipped"])
    assert "mail.sent" not in timeline(case)


def test_the_address_is_the_one_of_the_hour_of_sending(case, mail_server: MailServer):
    with days_later(WEEK):
        send_due_reminders()
        case.candidate.email = "anna@new.example"
        case.candidate.save()
        relay.drain("mail")

    assert [mail["To"] for mail in mail_server.taken] == ["anna@new.example"]


def test_a_mail_keeps_neither_address_nor_words(case, mail_server: MailServer):
    with days_later(WEEK):
        sweep_and_send()

    kept = str(Mail.objects.values().get()) + str(list(Reminder.objects.values()))
    assert "anna" not in kept.lower()
    assert "Consent and" not in kept
