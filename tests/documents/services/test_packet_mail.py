"""The mail that tells a candidate that their packet waits to be looked at: one, and only while it does."""

import pytest

from cases.models import Mail
from cases.services.telling import queue_packet_mail
from documents.services.packet_answers import answer_packet, ask_candidate, make_copy
from documents.services.packets import request_packet
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from tests.case_steps import built
from tests.conftest import timeline
from tests.documents.services.test_packet_life import candidate_of
from tests.smtp import HANG_UP, MailServer, body_of, mail_server, subject_of

__all__ = ["mail_server"]


def shown(case, staff):
    packet = built(case, staff)
    ask_candidate(packet_id=packet.pk, actor=staff)
    return packet


def states() -> list[str]:
    return list(Mail.objects.filter(kind="packet").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("language", "subject", "says"),
    [
        ("en", "Please check your application packet: ", "tell us whether names and dates are right"),
        ("zh-hans", "请核对您的申请材料册：", "告诉我们姓名和日期是否正确"),
    ],
)
def test_the_candidate_is_told_once_the_copy_can_be_seen(
    case_in_review, staff, mail_server: MailServer, language, subject, says
):
    case_in_review.candidate.language = language
    case_in_review.candidate.save(update_fields=["language"])
    packet = shown(case_in_review, staff)
    relay.drain("mail")
    assert mail_server.taken == [] and states() == []  # there is nothing to look at yet

    relay.drain("packets")
    relay.drain("mail")
    make_copy(packet_id=str(packet.pk))
    queue_packet_mail(case_id=case_in_review.pk, packet=str(packet.pk))
    relay.drain("mail")

    [mail] = mail_server.taken
    assert subject_of(mail).startswith(subject + case_in_review.reference)
    assert says in body_of(mail) and "/portal/" in body_of(mail)
    assert "passport" not in body_of(mail).lower() and "护照" not in body_of(mail)
    assert states() == ["sent"] and timeline(case_in_review)[-2:] == ["packet.shown", "mail.sent"]


def test_whoever_answered_before_is_not_written_to(case_in_review, staff, mail_server: MailServer):
    shown(case_in_review, staff)
    relay.drain("packets")
    anna = candidate_of(case_in_review)
    answer_packet(case_id=case_in_review.pk, number=1, approved=True, confirmed=True, actor=anna)

    relay.drain("mail")

    assert mail_server.taken == [] and states() == ["skipped"]


def test_a_packet_that_is_built_anew_is_not_told_of(case_in_review, staff, mail_server: MailServer):
    shown(case_in_review, staff)
    relay.drain("packets")
    request_packet(case_id=case_in_review.pk, actor=staff, most_pages=6)

    relay.drain("mail")

    assert mail_server.taken == [] and states() == ["skipped"]


def test_a_mail_that_may_have_gone_goes_once_more_under_the_same_id(case_in_review, staff, mail_server: MailServer):
    shown(case_in_review, staff)
    relay.drain("packets")
    mail_server.answers = [HANG_UP]  # after the mail was taken
    relay.drain("mail")
    assert states() == ["sending"]

    OutboxMessage.objects.filter(handler="cases.send_mail").update(due_at=clock.now())
    relay.drain("mail")

    assert states() == ["sent"]
    first, second = mail_server.taken
    assert first["Message-ID"] == second["Message-ID"]
