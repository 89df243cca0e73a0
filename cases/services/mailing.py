"""Sending mail, honestly: never silently lost, and twice only where a crash hides whether the server took it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Max

from cases.delivery import Answer, deliver
from cases.history import record
from cases.mail import Letter, LetterKind, Line, compose, line_of, message_id_of
from cases.models import (
    Candidate,
    Case,
    CaseEvent,
    ChecklistItem,
    ItemState,
    Mail,
    MailKind,
    MailState,
    Reminder,
    ReminderState,
    SkipReason,
)
from cases.packs import pack_of_case
from cases.pauses import pause_on, pauses_in_force, why_not_to
from cases.quiet_hours import quiet_until
from cases.services.gathering import SEND
from cases.services.locking import lock_case_rows_of, lock_cases_of_mail
from cases.services.reminding import skip, why_not_needed
from cases.slow_down_links import token_for
from cases.wanted_reminders import reminders_wanted
from relo.core import clock
from relo.core.actors import system_actor
from relo.core.languages import is_chinese
from relo.outbox.models import OutboxMessage
from relo.outbox.relay import MAX_ATTEMPTS, GiveUp
from relo.outbox.service import put

REPEAT_AFTER = timedelta(hours=24)
NEXT_ROUND = timedelta(hours=4)
KEEP_TRYING = timedelta(hours=48)
# A reviewer may take a decision back within this time, and nobody is told of it before.
TIME_TO_TAKE_BACK = timedelta(seconds=10)
# What may go twice where a crash hides whether it went: nothing else would tell the candidate.
ONCE_MORE = (MailKind.DECISION, MailKind.PACKET)
# What makes a packet the candidate's turn, and what ends it.
PACKET_TURNS = ("packet.shown", "packet.approved", "packet.error_reported", "packet.requested", "packet.sealed")
# Who mends what was given back; the others are not written to.
_MENDERS = ("candidate", "employer", "third_party")


class MailNotTaken(Exception):
    """Makes the outbox try again later. Carries a code, never what the server said."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that is about to be handed to the server: committed as `sending`."""

    mail_id: UUID
    kind: str
    attempt: int
    message: EmailMultiAlternatives
    cases: tuple[Case, ...]
    reminder_ids: tuple[UUID, ...]


def send_mail(*, mail_id: str) -> None:
    """Outbox handler. May run twice."""
    ready = mark_sending(mail_id=UUID(mail_id))
    if ready is None:
        return
    answer = deliver(ready.message)
    if answer.outcome == "accepted":
        mark_sent(ready)
    elif answer.outcome == "refused":
        mark_failed(ready, answer)
        raise GiveUp(f"mail {answer.code}")
    elif answer.outcome == "unclear":
        raise MailNotTaken(answer.code)  # left in `sending`: the next attempt finds it there, as after a crash
    elif not put_off(ready, answer):
        raise MailNotTaken(answer.code)


@transaction.atomic
def mark_sending(*, mail_id: UUID) -> Ready | None:
    """Commit that the mail is about to go, if it waits and is still needed.

    Its words are written first: a mail that cannot be written must not look like one that may have gone out.
    """
    mail, cases = _locked(mail_id)
    now = clock.now()
    if mail.state == MailState.SENDING:
        # Whoever sent it is gone, and may have been heard. What goes once more goes under the same id.
        if mail.kind not in ONCE_MORE or mail.repeats:
            _mark_unknown(mail)
            return None
        mail.repeats += 1
    elif mail.state == MailState.UNKNOWN:
        if mail.repeats or mail.sending_at is None:
            return None
        if now < mail.sending_at + REPEAT_AFTER:
            raise MailNotTaken("too_early")  # somebody woke the row, or clocks differ
        mail.repeats += 1
    elif mail.state != MailState.QUEUED:
        return None
    elif mail.kind == MailKind.DECISION and (newest := _may_be_taken_back(mail, now)) is not None:
        # The row of the outbox that brought us here is used up by this.
        _put_again(mail, f"event:{newest.pk}", newest.at + TIME_TO_TAKE_BACK - now)
        return None
    if (opens := _quiet_until(mail, now)) is not None:
        _hold(mail, opens)
        return None
    mail.language = mail.candidate.language
    written = _WRITERS[MailKind(mail.kind)](mail, cases)
    if written is None:
        return None
    letter, told, reminder_ids = written
    mail.state, mail.sending_at, mail.message_id, mail.error = MailState.SENDING, now, letter.message_id, ""
    mail.attempts += 1
    mail.save()
    return Ready(mail.pk, mail.kind, mail.attempts, compose(letter), told, reminder_ids)


@transaction.atomic
def mark_sent(ready: Ready) -> None:
    """The server took it, so it is sent, whatever anybody else thought of this mail meanwhile."""
    lock_case_rows_of(ready.cases[0].candidate_id)
    may_have_gone = Mail.objects.filter(pk=ready.mail_id, state__in=[MailState.SENDING, MailState.UNKNOWN])
    if not may_have_gone.update(state=MailState.SENT, sent_at=clock.now()):
        return
    _settle_reminders(ready, ReminderState.MAILED)
    _tell(ready, "mail.sent")


@transaction.atomic
def mark_failed(ready: Ready, answer: Answer) -> None:
    mail, cases = _locked(ready.mail_id)
    if mail.state != MailState.SENDING or mail.attempts != ready.attempt:
        return
    mail.state, mail.error = MailState.FAILED, answer.code[:40]
    mail.save(update_fields=["state", "error"])
    _settle_reminders(ready, ReminderState.FAILED)
    _tell(ready, "mail.failed", code=mail.error)
    if answer.is_about_address:
        flag_address(mail.candidate_id, cases)


def flag_address(candidate_id: UUID, cases: Mapping[UUID, Case]) -> None:
    """Nothing more is sent there before somebody says that it works; under the locks of the candidate's cases."""
    if not Candidate.objects.filter(pk=candidate_id, address_failed_at=None).update(address_failed_at=clock.now()):
        return
    for case in cases.values():
        if case.closed_at is None:
            record(case=case, kind="address.failed", actor=system_actor("mail", case.agency_id))


@transaction.atomic
def put_off(ready: Ready, answer: Answer) -> bool:
    """Not taken for now: it waits again. True when a later row of the outbox carries it on, this one being used up."""
    mail, _cases = _locked(ready.mail_id)
    if mail.state != MailState.SENDING or mail.attempts != ready.attempt:
        return True
    now = clock.now()
    is_last_try = mail.attempts % MAX_ATTEMPTS == 0
    if is_last_try and now - mail.created_at >= KEEP_TRYING:
        mark_failed(ready, answer)
        return True
    mail.state, mail.error = MailState.QUEUED, answer.code[:40]
    mail.save(update_fields=["state", "error"])
    if is_last_try:
        _put_again(mail, f"try:{mail.attempts}", NEXT_ROUND)
    return is_last_try


_LETTERS: Mapping[MailKind, LetterKind] = {
    MailKind.REMINDER: "reminder",
    MailKind.DECISION: "decision",
    MailKind.CHANGE: "change",
    MailKind.PACKET: "packet",
}
Written = tuple[Letter, tuple[Case, ...], tuple[UUID, ...]]  # with the cases and reminders it tells of


def _reminder(mail: Mail, cases: dict[UUID, Case]) -> Written | None:
    """What is still open of what was gathered; the rest drops out, and with nothing left the mail too."""
    gathered = Reminder.objects.filter(mail=mail, state__in=[ReminderState.GATHERED, ReminderState.UNKNOWN])
    rows = list(gathered.order_by("due_at", "id"))
    wanted = {
        case_id: {one.key: one for one in reminders_wanted(cases[case_id], {row.rule for row in rows})}
        for case_id in {row.case_id for row in rows}
    }
    today = clock.today(mail.candidate.time_zone)
    nobody, pauses = why_not_to(mail.candidate), pauses_in_force(mail.candidate, today)
    lines: list[Line] = []
    kept: list[Reminder] = []
    for row in rows:
        case = cases[row.case_id]
        one = wanted[case.pk].get((row.rule, row.cycle))
        stopped = nobody or (SkipReason.PAUSED if pause_on(case.pk, row.rule, pauses, reminder_id=row.pk) else None)
        if stopped is not None:
            if row.state == ReminderState.GATHERED:
                skip(row, stopped)
        elif one is not None:
            kept.append(row)
            lines.append(line_of(one, pack_of_case(case), case.reference, mail.language))
        elif row.state == ReminderState.GATHERED:
            skip(row, why_not_needed(case, row))
    if not kept:
        _nothing_to_say(mail)
        return None
    told = tuple(cases[case_id] for case_id in dict.fromkeys(row.case_id for row in kept))
    letter = _letter(mail, tuple(case.reference for case in told), lines=tuple(lines))
    return letter, told, tuple(row.pk for row in kept)


def _decision(mail: Mail, cases: dict[UUID, Case]) -> Written | None:
    case = cases[mail.case_id] if mail.case_id else None
    items = items_to_mend(case) if case is not None else []
    if case is None or not items:
        _nothing_to_say(mail)
        return None
    events = CaseEvent.objects.filter(case=case, kind="item.changes_requested")
    mail.up_to_event = events.aggregate(last=Max("id"))["last"]
    return _letter(mail, (case.reference,), changes=len(items)), (case,), ()


def _change_of_rules(mail: Mail, cases: dict[UUID, Case]) -> Written | None:
    case = cases[mail.case_id] if mail.case_id else None
    message = mail.change_message
    if case is None or case.closed_at is not None or message is None:
        _nothing_to_say(mail)
        return None
    text = message.text_zh if is_chinese(mail.language) else message.text_en
    return _letter(mail, (case.reference,), text=text), (case,), ()


def _packet(mail: Mail, cases: dict[UUID, Case]) -> Written | None:
    """As long as it is the last thing that happened to a packet of the case: not answered, not built anew."""
    case = cases[mail.case_id] if mail.case_id else None
    last = CaseEvent.objects.filter(case=case, kind__in=PACKET_TURNS).order_by("id").last()
    if case is None or case.closed_at is not None or last is None or last.pk != mail.up_to_event:
        _nothing_to_say(mail)
        return None
    return _letter(mail, (case.reference,)), (case,), ()


_WRITERS: Mapping[MailKind, Callable[[Mail, dict[UUID, Case]], Written | None]] = {
    MailKind.REMINDER: _reminder,
    MailKind.DECISION: _decision,
    MailKind.CHANGE: _change_of_rules,
    MailKind.PACKET: _packet,
}


def _nothing_to_say(mail: Mail) -> None:
    # One that may have gone out stays what it is.
    if mail.state == MailState.QUEUED:
        mail.state = MailState.SKIPPED
        mail.save(update_fields=["state"])
    elif mail.state == MailState.SENDING:
        _mark_unknown(mail)


def _letter(
    mail: Mail, references: tuple[str, ...], *, lines: tuple[Line, ...] = (), changes: int = 0, text: str = ""
) -> Letter:
    return Letter(
        kind=_LETTERS[MailKind(mail.kind)],
        language=mail.language,
        message_id=message_id_of(mail.pk),
        to=mail.candidate.email,
        candidate=mail.candidate.name,
        agency=mail.agency.name,
        reply_to=mail.agency.contact_email,
        day=clock.now().astimezone(ZoneInfo(mail.candidate.time_zone)).date(),
        references=references,
        lines=lines,
        changes=changes,
        text=text,
        slow_down=token_for(mail.candidate),
    )


def items_to_mend(case: Case) -> list[ChecklistItem]:
    if case.closed_at is not None:
        return []
    pack = pack_of_case(case)
    given_back = ChecklistItem.objects.filter(case=case, state=ItemState.CHANGES_REQUESTED)
    return [item for item in given_back if pack.requirement(item.code).provider in _MENDERS]


def _may_be_taken_back(mail: Mail, now: datetime) -> CaseEvent | None:
    """The newest decision, where whoever made it may still take it back."""
    recent = CaseEvent.objects.filter(case=mail.case, kind="item.changes_requested")
    return recent.filter(at__gt=now - TIME_TO_TAKE_BACK).order_by("id").last()


def _mark_unknown(mail: Mail) -> None:
    mail.state = MailState.UNKNOWN
    mail.save(update_fields=["state"])
    Reminder.objects.filter(mail=mail, state=ReminderState.GATHERED).update(
        state=ReminderState.UNKNOWN, updated_at=clock.now()
    )
    if mail.kind == MailKind.REMINDER and not mail.repeats:
        _put_again(mail, "again", REPEAT_AFTER)


def _quiet_until(mail: Mail, now: datetime) -> datetime | None:
    return quiet_until(now, ZoneInfo(mail.candidate.time_zone), mail.agency.mail_from_hour, mail.agency.mail_until_hour)


def _hold(mail: Mail, opens: datetime) -> None:
    """Until the morning of the candidate. A mail of reminders becomes that day's, or there would be two on it."""
    _put_again(mail, f"quiet:{opens.isoformat()}", opens - clock.now())
    if mail.kind != MailKind.REMINDER or mail.state != MailState.QUEUED:
        return
    day = opens.astimezone(ZoneInfo(mail.candidate.time_zone)).date()
    others = Mail.objects.filter(candidate=mail.candidate_id, kind=mail.kind, local_day=day).exclude(pk=mail.pk)
    if not others.exclude(state=MailState.SKIPPED).exists():
        mail.local_day = day
        mail.save(update_fields=["local_day"])


def _put_again(mail: Mail, name: str, wait: timedelta) -> None:
    """Another row of the outbox for the same mail. Only ever one at a time, or each would take the other for dead."""
    key = f"mail:{mail.pk}:{name}"
    if OutboxMessage.objects.filter(handler=SEND, key=key, attempts__gt=0).exists():
        # It is this row that brought us here, by a clock that is ahead of ours: put once more it would be none.
        raise MailNotTaken("too_early")
    put(handler=SEND, key=key, payload={"mail_id": str(mail.pk)}, due_at=clock.now() + wait)


def _settle_reminders(ready: Ready, state: ReminderState) -> None:
    Reminder.objects.filter(pk__in=ready.reminder_ids).update(state=state, updated_at=clock.now())


def _tell(ready: Ready, kind: str, **data: str) -> None:
    for case in ready.cases:
        actor = system_actor("mail", case.agency_id)
        record(case=case, kind=kind, actor=actor, mail=str(ready.mail_id), about=ready.kind, **data)


def _locked(mail_id: UUID) -> tuple[Mail, dict[UUID, Case]]:
    """The mail under the locks of its candidate's cases: cases first, as everywhere."""
    cases = lock_cases_of_mail(mail_id)
    mail = Mail.objects.select_for_update(of=("self",)).select_related("candidate", "agency").get(pk=mail_id)
    return mail, cases
