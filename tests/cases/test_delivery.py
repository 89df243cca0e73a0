"""The line to the mail server: kept from mail to mail, and never trusted to be whole."""

from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from cases import delivery
from cases.delivery import deliver
from tests.smtp import HANG_UP, MailServer, mail_server

__all__ = ["mail_server"]


def mail(number: int) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(f"Mail {number}", "Words.", "relo@example.org", [f"{number}@example.org"])


def test_mails_go_over_one_line(mail_server: MailServer) -> None:
    assert [deliver(mail(number)).outcome for number in range(3)] == ["accepted"] * 3
    assert len(mail_server.taken) == 3 and len(mail_server.lines) == 1


def test_after_so_many_mails_a_new_line_is_taken(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_OVER_ONE_LINE", 2)
    assert [deliver(mail(number)).outcome for number in range(3)] == ["accepted"] * 3
    assert len(mail_server.taken) == 3 and len(mail_server.lines) == 2


def test_a_line_that_the_server_has_cut_meanwhile_costs_no_mail(mail_server: MailServer) -> None:
    deliver(mail(1))
    mail_server.cut_off(mail_server.lines[0])

    assert deliver(mail(2)).outcome == "accepted"
    assert len(mail_server.taken) == 2 and len(mail_server.lines) == 2


@pytest.mark.parametrize(("said", "outcome"), [("550 No such user", "refused"), (HANG_UP, "unclear")])
def test_after_anything_but_a_yes_the_next_mail_takes_a_new_line(
    mail_server: MailServer, said: str, outcome: str
) -> None:
    mail_server.answers = ["250 OK", said]
    assert [deliver(mail(number)).outcome for number in range(3)] == ["accepted", outcome, "accepted"]
    assert len(mail_server.lines) == 2


def test_another_server_in_the_settings_is_another_line(mail_server: MailServer, settings: Any) -> None:
    deliver(mail(1))
    settings.EMAIL_HOST = "localhost"
    deliver(mail(2))
    assert len(mail_server.taken) == 2 and len(mail_server.lines) == 2
