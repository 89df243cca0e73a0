"""Mails that come back after they were sent: who reports them, what follows, what is told, and what nobody learns."""

import io
import mailbox
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cases.bounce_reports import MAX_REPORT_BYTES, read_report
from cases.models import Candidate, Case, CaseEvent, Mail, MailBounce, Reminder
from cases.services.mailing import mark_sending, mark_sent
from cases.services.opening import open_case
from cases.services.pausing import trust_address
from cases.tasks import send_due_reminders
from relo.core import clock
from relo.core.errors import ReloError
from tests.api import Program
from tests.cases.bounced import complaint, delivery_report
from tests.cases.post import at_ten, days_later, later, mail_states, one_open, plan, state_of_first, sweep_and_send
from tests.conftest import World, anna, everywhere, timeline
from tests.relo.accounts.test_token_scopes import issued
from tests.smtp import HANG_UP, MailServer, mail_server

__all__ = ["mail_server"]
ANNA = "anna@example.org"


@pytest.fixture
def case(in_scope: World, mail_server: MailServer) -> Case:
    """A reminder was sent and taken by the mail server a week from now; the tests go on two hours later."""
    case = one_open(in_scope, "consent")
    with days_later(7):
        sweep_and_send()
    assert mail_states(case) == ["sent"]
    return case


@pytest.fixture
def message_id(case: Case) -> str:
    return Mail.objects.get().message_id


@pytest.fixture
def provider(in_scope: World) -> Program:
    program = Program(None, issued(in_scope, "mail:bounces"))
    program.client.raise_request_exception = False
    return program


def report(provider: Program, **told: Any) -> Any:
    with days_later(7.1):
        return provider.post("mail/bounces/", {"kind": "hard", **told})


def forward(provider: Program, raw: bytes, **more: Any) -> Any:
    with days_later(7.1):
        return provider.client.post("/api/v1/mail/bounces/", raw, content_type="message/rfc822", **more)


def read(*raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    """`manage.py read_bounces -` for each."""
    said = io.StringIO()
    for one in raw:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(one)))
        with days_later(7.1):
            call_command("read_bounces", "-", stdout=said)
    return said.getvalue()


def has_failed() -> bool:
    with everywhere():
        return Candidate.objects.exclude(address_failed_at=None).exists()


# What follows


def test_a_mail_that_came_back_stops_further_ones_as_a_refusal_does(case, provider, message_id, staff, mail_server):
    assert report(provider, message_id=message_id, diagnostic="smtp; 550 5.1.1 <anna@example.org> unknown").json() == {
        "heard": True
    }

    assert (mail_states(case), state_of_first(case)) == (["bounced"], "bounced")
    assert timeline(case)[-2:] == ["mail.bounced", "address.failed"]
    bounce, event = MailBounce.objects.get(), CaseEvent.objects.get(kind="mail.bounced")
    assert (bounce.kind, bounce.code, bounce.mail_id) == ("hard", "5.1.1", Mail.objects.get().pk)
    assert (event.actor_kind, event.data["code"]) == ("service", "5.1.1") and ANNA not in str(event.data)

    with days_later(14):
        plan()
        sweep_and_send()
        assert len(mail_server.taken) == 1
        assert Reminder.objects.filter(case=case, skip_reason="address_failed").exists()
        trust_address(case_id=case.pk, actor=staff)
        plan()
        sweep_and_send()
    assert len(mail_server.taken) == 2


def test_whoever_calls_it_spam_is_written_to_no_more_and_the_mail_stays_sent(case, provider, message_id):
    report(provider, message_id=message_id, kind="complaint")

    assert (mail_states(case), state_of_first(case)) == (["sent"], "mailed")
    assert has_failed() and timeline(case)[-2:] == ["mail.complained", "address.failed"]


def test_a_full_mailbox_is_noted_and_nothing_else(case, provider, message_id):
    before = timeline(case)
    report(provider, message_id=message_id, kind="soft", diagnostic="452 4.2.2 mailbox full")

    assert not has_failed() and timeline(case) == before and mail_states(case) == ["sent"]
    assert MailBounce.objects.get().code == "4.2.2"


@pytest.mark.parametrize("kind", ["hard", "soft", "complaint"])
def test_a_repeated_report_counts_once(case, provider, message_id, kind):
    for _ in range(3):
        assert report(provider, message_id=message_id, kind=kind).status_code == 202

    assert MailBounce.objects.count() == 1 and timeline(case).count("address.failed") == (kind != "soft")


def test_a_report_by_address_finds_the_candidate_of_this_agency_alone(case, provider, other_world):
    with other_world.scope():
        open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)
    assert report(provider, address=" ANNA@example.org ").status_code == 202
    assert report(provider, address=ANNA).status_code == 202  # the same day, the same news

    assert has_failed() and "mail.bounced" not in timeline(case) and mail_states(case) == ["sent"]
    with everywhere():
        assert Candidate.objects.filter(address_failed_at=None).get().agency_id == other_world.agency.pk
        assert MailBounce.objects.count() == 1


def test_an_old_report_does_not_overrule_who_found_that_the_address_works(case, provider, staff):
    report(provider, address=ANNA)
    with days_later(7.2):
        trust_address(case_id=case.pk, actor=staff)
    early = (clock.now() + timedelta(days=5)).isoformat()
    with days_later(9):
        provider.post("mail/bounces/", {"kind": "hard", "address": ANNA, "at": early})

    assert not has_failed() and MailBounce.objects.count() == 2


def test_the_page_of_the_case_and_the_ledger_tell_the_staff(case, provider, message_id, world):
    report(provider, message_id=message_id, diagnostic="550 5.1.1 x")
    with days_later(7.1):
        client = world.manager.client()
        page = client.get(f"/admin/cases/case/{case.pk}/change/").content.decode()
        ledger = client.get("/admin/cases/reminder/?which=staff").content.decode()
        chinese = world.manager.client("zh-hans").get(f"/admin/cases/case/{case.pk}/change/").content.decode()

    assert "Mail came back" in page and "Came back: nobody is reached there" in page and "5.1.1" in page
    assert "E-mails do not reach this address" in page and "Mail came back" in ledger
    assert "邮件已退回" in chinese and "被退回" in chinese


def test_a_report_that_is_faster_than_the_answer_of_the_mail_server_counts(in_scope, provider, mail_server):
    case = one_open(in_scope, "consent")
    with days_later(7):
        send_due_reminders()
        ready = mark_sending(mail_id=Mail.objects.get().pk)
        assert ready is not None
    report(provider, message_id=Mail.objects.get().message_id)
    mark_sent(ready)

    assert mail_states(case) == ["bounced"] and "mail.sent" not in timeline(case) and has_failed()


def test_a_mail_nobody_knew_about_is_not_sent_again_once_it_came_back(in_scope, provider, mail_server):
    case = one_open(in_scope, "consent")
    mail_server.answers = [HANG_UP]
    for minutes in (0, 2):
        with later(at_ten(7) + timedelta(minutes=minutes)):
            sweep_and_send()
    assert mail_states(case) == ["unknown"]
    report(provider, message_id=Mail.objects.get().message_id)
    for hours in (25, 50):
        with later(at_ten(7) + timedelta(hours=hours)):
            sweep_and_send()

    assert (len(mail_server.taken), mail_states(case), state_of_first(case)) == (1, ["bounced"], "bounced")


# Who may report, and what they learn


def test_every_answer_is_the_same_whoever_is_known(case, provider, message_id, other_world):
    with other_world.scope():
        open_case(route_code="CN-K", candidate=anna(email="bela@example.org"), actor=other_world.manager.actor)
    told = [
        {"message_id": message_id}, {"address": ANNA}, {"address": "nobody@example.org"},
        {"address": "bela@example.org"},
        {"message_id": "<00000000-0000-4000-8000-000000000000@testserver>"}, {"message_id": "<x@y>"},
        {"address": "not an address"},
    ]  # fmt: skip
    answers = [report(provider, **one) for one in told]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b'{"heard":true}')}
    with everywhere():
        assert Candidate.objects.get(email="bela@example.org").address_failed_at is None


def test_another_agency_cannot_report_our_mail(case, message_id, other_world):
    stranger = Program(None, issued(other_world, "mail:bounces"))
    assert report(stranger, message_id=message_id, address=ANNA).status_code == 202
    assert forward(stranger, delivery_report(message_id)).status_code == 202

    assert not has_failed() and mail_states(case) == ["sent"]


def test_a_token_for_reports_opens_nothing_else_and_others_do_not_report(case, provider, in_scope):
    assert provider.get("cases/").status_code == 403
    other = Program(None, issued(in_scope, "read", "write", "review", "files", "restricted"))
    refused = report(other, address=ANNA)

    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted") and not has_failed()
    assert report(Program(None, "relo_x"), address=ANNA).status_code == 401


# Reports as mail servers write them


@pytest.mark.parametrize("whole", [True, False])
def test_a_delivery_report_is_read_from_the_api_and_from_standard_input(case, provider, message_id, whole, monkeypatch):
    raw = delivery_report(message_id, whole=whole)
    assert forward(provider, raw).json() == {"heard": True}
    assert mail_states(case) == ["bounced"] and has_failed()

    assert read(raw, monkeypatch=monkeypatch) == "heard: 1, unknown: 0, no report: 0, unreadable: 0\n"
    assert MailBounce.objects.count() == 1


def test_a_complaint_of_a_mailbox_is_read(case, message_id, monkeypatch):
    read(complaint(message_id), complaint(message_id, "not-spam"), monkeypatch=monkeypatch)

    assert MailBounce.objects.get().kind == "complaint" and has_failed()


VERDICTS = {
    ("failed", "5.1.1", "smtp; 550 5.1.1 no such user"): "hard",
    ("failed", "5.2.1", "smtp; 550 mailbox disabled"): "hard",
    ("failed", "5.4.4", "dns; no such host"): "hard",
    ("failed", "5.0.0", "smtp; 550 no such user"): "hard",
    ("failed", "", "smtp; 553 unknown"): "hard",
    ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full"): "soft",
    ("failed", "5.7.1", "smtp; 550 5.7.1 looks like spam"): "soft",
    ("failed", "5.0.0", "smtp; 550 5.7.606 blocked"): "soft",
    ("failed", "5.3.4", "smtp; 552 too big"): "soft",
    ("failed", "4.4.7", "smtp; 450 tried for days"): "soft",
    ("delayed", "4.4.1", "smtp; 421 not now"): "soft",
    ("failed", "nonsense", ""): "soft",
}


@pytest.mark.parametrize(("action", "status", "said"), VERDICTS)
def test_what_a_status_means_for_the_address(db, action, status, said):
    told = read_report(delivery_report("<x@y>", action=action, status=status, said=said))

    assert told is not None and (told.kind, told.message_id) == (VERDICTS[action, status, said], "<x@y>")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", "", "FAIL"])
def test_what_arrived_is_no_bounce(action):
    assert read_report(delivery_report("<x@y>", action=action)) is None


def test_a_report_whose_address_is_known_and_whose_mail_is_not_ours_does_nothing(case, monkeypatch, provider):
    """Anybody can send one: an address alone is no proof."""
    forged = delivery_report("<made-up@testserver>")
    assert "unknown: 1" in read(forged, monkeypatch=monkeypatch)
    assert forward(provider, forged).status_code == 202

    assert not has_failed() and not MailBounce.objects.exists()


def test_a_maildir_is_read_once_and_an_mbox_counts_once(case, message_id, tmp_path: Path):
    maildir, mbox = tmp_path / "maildir", tmp_path / "mbox"
    folder = mailbox.Maildir(maildir)
    for raw in (delivery_report(message_id), b"From: x@y\n\nhello\n", delivery_report("<x@y>")):
        folder.add(raw)
    lines = mailbox.mbox(mbox)
    lines.add(delivery_report(message_id))
    lines.flush()

    def said(place: Path) -> str:
        out = io.StringIO()
        call_command("read_bounces", str(place), stdout=out)
        return out.getvalue().strip()

    with days_later(7.1):
        assert said(maildir) == "heard: 1, unknown: 1, no report: 1, unreadable: 0"
        assert said(maildir) == "heard: 0, unknown: 0, no report: 0, unreadable: 0"
        assert said(mbox) == said(mbox) == "heard: 1, unknown: 0, no report: 0, unreadable: 0"
    assert len(list((maildir / "cur").iterdir())) == 3 and MailBounce.objects.count() == 1


# Hostile input


def nested(kind: str, depth: int) -> bytes:
    if kind == "rfc822":
        return b"Content-Type: message/rfc822\n\n" * depth
    heads = b"".join(
        b"--%d\nContent-Type: multipart/report; boundary=%d\n\n" % (level, level + 1) for level in range(depth)
    )
    return b"Content-Type: multipart/report; boundary=0\n\n" + heads


GOOD = delivery_report("<x@y>")
HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * 5000,
    "no text": bytes(range(256)) * 20,
    "an unknown charset": GOOD.replace(b'charset="utf-8"', b'charset="klingon"'),
    "a wrong encoding": GOOD.replace(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: x-nothing"),
    "no boundary": b"Content-Type: multipart/report; report-type=delivery-status\n\n--x\n",
    "cut": GOOD[: len(GOOD) // 2],
    "deep reports": nested("report", 3000),
    "deep mails": nested("rfc822", 3000),
    "many parts": b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\na\n" * 5000,
    "many recipients": GOOD.replace(b"Action: failed", b"Action: delivered") * 50,
    "bad headers": b"Content-Type: multipart/report; boundary=x\nDate: \xff\xfe 9\nFrom: =?x?q?\xff?=\n\n--x\n\nb",
    "endless header": b"Content-Type: multipart/report; boundary=" + b"y" * 200_000 + b"\n\n",
    "a report in its own status": GOOD.replace(b"Status: 5.1.1", b"Status: " + b"5.1.1 " * 5000),
    "a day that never was": delivery_report("<x@y>", date="Mon, 99 Foo 0000 99:99:99 +9999"),
    "a day before all clocks": delivery_report("<x@y>", date="Mon, 01 Jan 0001 00:00:00 +1400"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_report_is_refused_or_does_nothing(case, provider, what, monkeypatch):
    answer = forward(provider, HOSTILE[what])
    assert answer.status_code in (202, 422) or not HOSTILE[what], answer.content
    if answer.status_code == 422:
        assert answer.json()["code"] == "report_unreadable" and answer.json()["detail"]

    assert "heard: 0" in read(HOSTILE[what], monkeypatch=monkeypatch)
    assert not MailBounce.objects.exists() and not has_failed()


def test_a_report_that_is_too_long_is_refused_unread(case, provider, message_id, monkeypatch):
    long = delivery_report(message_id) + b"x" * MAX_REPORT_BYTES
    answer = forward(provider, long)
    assert (answer.status_code, answer.json()["code"]) == (413, "report_too_large")
    assert "unreadable: 1" in read(long, monkeypatch=monkeypatch)
    with pytest.raises(ReloError):
        read_report(long)

    big = provider.client.post(
        "/api/v1/mail/bounces/", b'{"kind": "hard", "diagnostic": "' + b"x" * MAX_REPORT_BYTES + b'"}',
        content_type="application/json",
    )  # fmt: skip
    assert big.status_code == 413 and not has_failed()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "message_id"),
        ({"address": ANNA, "kind": "gone"}, "kind"),
        ({"address": ANNA, "at": "2026-11-24T09:00:00"}, "at"),
        ({"address": ANNA, "at": "0001-01-01T00:00:00+23:59"}, "at"),
        ({"address": "a" * 300}, "address"),
        ({"address": [ANNA]}, "address"),
        ({"address": ANNA, "adress": "x"}, "adress"),
        ({"address": "anna\x00@example.org"}, "address"),
        ({"message_id": "x" * 251}, "message_id"),
        ({"address": ANNA, "diagnostic": "x" * 4001}, "diagnostic"),
    ],
)
def test_what_cannot_be_a_report_is_refused_by_field(case, provider, told, field):
    answer = report(provider, **told)

    assert answer.status_code == 400 and field in answer.json()["errors"] and not has_failed()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json"),
        (b'{"kind": "hard", "address": "\xff\xfe"}', "application/json"),
        (b'{"kind": "hard"', "application/json; charset=klingon"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"kind=hard", "application/x-www-form-urlencoded"),
        (b"\x1f\x8b", "application/gzip"),
    ],
)
def test_a_body_that_cannot_be_read_is_never_a_crash(case, provider, body, kind):
    answer = provider.client.generic("POST", "/api/v1/mail/bounces/", body, content_type=kind)

    assert answer.status_code in (400, 415) and answer.json()["detail"] and not has_failed()


def test_a_day_to_come_counts_as_now_and_no_line_of_the_log_tells_an_address(case, provider, heard):
    report(provider, address=ANNA, at="2999-01-01T00:00:00Z", diagnostic="<anna@example.org>: 550 5.1.1")

    assert MailBounce.objects.get().at <= MailBounce.objects.get().heard_at
    assert [line for line in heard if ANNA in line] == []
