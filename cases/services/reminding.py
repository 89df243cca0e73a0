"""Planning reminders, and gathering those that are due into one mail a candidate and day."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from cases.attempts import hold_of
from cases.models import (
    Candidate,
    Case,
    ItemState,
    Mail,
    MailKind,
    MailState,
    Reminder,
    ReminderAudience,
    ReminderPace,
    ReminderPause,
    ReminderState,
    SkipReason,
)
from cases.pauses import WEEK, pause_on, pauses_in_force, told_often_enough, why_not_to
from cases.quiet_hours import quiet_until
from cases.reminders import NINE, Planned, instant, worth_planning
from cases.selectors import cases_visible_to, items_of
from cases.services.locking import lock_cases_of
from cases.wanted_reminders import reminders_wanted
from relo.core import clock
from relo.core.actors import Actor
from relo.core.scoping import agency_scope, system_scope
from relo.outbox.service import put

log = logging.getLogger(__name__)

SEND = "cases.send_mail"
PLAN_CASES = "cases.plan_cases"
OPEN_TO_MORE = timedelta(hours=48)  # a mail that still waits after this is stuck; new reminders get one of their own
PAGE = 500
# What may come to life again when its date or item comes back.
_REVIVED = (
    SkipReason.CASE_CLOSED,
    SkipReason.ON_HOLD,
    SkipReason.ITEM_DONE,
    SkipReason.NO_LONGER_APPLIES,
    SkipReason.PAUSED,
    SkipReason.STOPPED,
    SkipReason.ADDRESS_FAILED,
)
# Of those, what a person or a mail server stopped, and only they let go on.
_STOPPED = (SkipReason.PAUSED, SkipReason.STOPPED, SkipReason.ADDRESS_FAILED)
_WAITS = (ItemState.REQUESTED, ItemState.STARTED, ItemState.CHANGES_REQUESTED)


@transaction.atomic
def plan_reminders(*, case_id: UUID, actor: Actor) -> None:
    """Bring the planned reminders of a case in line with what it calls for. A second time changes nothing."""
    case = (
        cases_visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("candidate", "route_version", "agency")
        .defer("route_version__content")
        .get(pk=case_id)
    )
    zone = ZoneInfo(case.candidate.time_zone)
    today = clock.today(case.candidate.time_zone)
    wanted = {one.key: one for one in reminders_wanted(case)}
    rows = {(row.rule, row.cycle): row for row in Reminder.objects.filter(case=case).select_related("item")}
    for key, row in rows.items():
        if row.state == ReminderState.PLANNED and key not in wanted:
            skip(row, why_not_needed(case, row))
        elif row.state == ReminderState.TOLD and key not in wanted:
            _mark_over(row)
    ids = {item.code: item.pk for item in items_of(case)}
    pauses, nobody = pauses_in_force(case.candidate, today), why_not_to(case.candidate)
    new = []
    for one in worth_planning(wanted.values(), today):
        row_or_none, due_at = rows.get(one.key), _due_at(case, one, zone)
        if row_or_none is None:
            new.append(_new_row(case, one, ids.get(one.item), due_at))
        elif row_or_none.state == ReminderState.SKIPPED and row_or_none.skip_reason in _REVIVED:
            is_to_candidate = one.audience == "candidate"
            still_stopped = (is_to_candidate and nobody is not None) or _is_paused(row_or_none, pauses)
            if row_or_none.skip_reason in _STOPPED and still_stopped:
                continue
            _plan_again(row_or_none, due_at)
        elif (
            row_or_none.state == ReminderState.PLANNED
            and one.due_on > today
            and row_or_none.due_at != due_at
            and not _is_paused(row_or_none, pauses)
        ):
            _plan_again(row_or_none, due_at)  # the candidate lives in another time zone now
    Reminder.objects.bulk_create(new)


def why_not_needed(case: Case, reminder: Reminder) -> SkipReason:
    if case.closed_at is not None:
        return SkipReason.CASE_CLOSED
    if reminder.item is not None and reminder.item.state not in _WAITS:
        return SkipReason.ITEM_DONE
    if hold_of(case) is not None:
        return SkipReason.ON_HOLD
    return SkipReason.NO_LONGER_APPLIES


def _due_at(case: Case, one: Planned, zone: ZoneInfo) -> datetime:
    """At nine where the candidate lives; for the staff as their day begins, before the mail of that morning."""
    if one.audience == "candidate":
        return instant(one.due_on, NINE, zone)
    return instant(one.due_on, time.min, ZoneInfo(case.agency.time_zone))


def _mark_over(reminder: Reminder) -> None:
    reminder.state, reminder.updated_at = ReminderState.OVER, clock.now()
    reminder.save(update_fields=["state", "updated_at"])


def skip(reminder: Reminder, reason: SkipReason) -> None:
    reminder.state, reminder.skip_reason, reminder.updated_at = ReminderState.SKIPPED, reason, clock.now()
    reminder.save(update_fields=["state", "skip_reason", "updated_at"])


def queue_due_mails() -> int:
    """The sweep: every candidate with something due gets one mail queued. Any number may run, at any time."""
    now, queued, last = clock.now(), 0, None
    while rows := _due(now, last):
        last = rows[-1]
        for agency_id, candidate_id in dict.fromkeys((row.agency_id, row.candidate_id) for row in rows):
            try:
                with agency_scope(agency_id):
                    queued += queue_mail_of(candidate_id=candidate_id) is not None
            except Exception:
                # One candidate's trouble is not the others'; the next sweep tries again.
                log.exception("reminders.not_queued", extra={"candidate_id": str(candidate_id)})
    return queued


@transaction.atomic
def queue_mail_of(*, candidate_id: UUID) -> Mail | None:
    """Gather the due reminders of a candidate into today's mail; into tomorrow's when today's has gone out."""
    lock_cases_of(candidate_id)
    now = clock.now()
    due = _without_overtaken(
        Reminder.objects.select_for_update(of=("self",))
        .filter(
            case__candidate_id=candidate_id,
            audience=ReminderAudience.CANDIDATE,
            state=ReminderState.PLANNED,
            due_at__lte=now,
        )
        .order_by("due_at", "id")
    )
    if not due:
        return None
    candidate = Candidate.objects.select_related("agency").get(pk=candidate_id)
    zone = ZoneInfo(candidate.time_zone)
    today = now.astimezone(zone).date()
    opens = quiet_until(now, zone, candidate.agency.mail_from_hour, candidate.agency.mail_until_hour)
    if opens is not None:
        Reminder.objects.filter(pk__in=[row.pk for row in due]).update(due_at=opens, updated_at=now)
        return None
    due = _allowed(due, candidate, today)
    if not due:
        return None
    mails = Mail.objects.filter(candidate=candidate, kind=MailKind.REMINDER)
    mail = mails.filter(state=MailState.QUEUED, created_at__gt=now - OPEN_TO_MORE).first()
    is_new = mail is None
    if mail is None:
        wait = WEEK if candidate.reminder_pace == ReminderPace.WEEKLY else timedelta(days=1)
        last = mails.filter(local_day__gt=today - wait).exclude(state=MailState.SKIPPED).order_by("local_day").last()
        if last is not None:
            next_time = instant(last.local_day + wait, NINE, zone)
            Reminder.objects.filter(pk__in=[row.pk for row in due]).update(due_at=next_time, updated_at=now)
            return None
        mail = Mail.objects.create(
            candidate=candidate,
            kind=MailKind.REMINDER,
            language=candidate.language,
            local_day=today,
            created_at=now,
        )
        put(handler=SEND, key=f"mail:{mail.pk}", payload={"mail_id": str(mail.pk)})
    Reminder.objects.filter(pk__in=[row.pk for row in due]).update(
        state=ReminderState.GATHERED, mail=mail, updated_at=now
    )
    return mail if is_new else None


def _allowed(due: Iterable[Reminder], candidate: Candidate, today: date) -> list[Reminder]:
    """Without what was paused, stopped, or told often enough; a pause with an end only moves it there."""
    nobody, pauses, allowed = why_not_to(candidate), pauses_in_force(candidate, today), []
    for row in due:
        pause = pause_on(row.case_id, row.rule, pauses, reminder_id=row.pk)
        if nobody is not None:
            skip(row, nobody)
        elif pause is not None and pause.until is not None:
            _plan_again(row, instant(pause.until, NINE, ZoneInfo(candidate.time_zone)))
        elif pause is not None:
            skip(row, SkipReason.PAUSED)
        elif told_often_enough(row):
            skip(row, SkipReason.CAPPED)
        else:
            allowed.append(row)
    return allowed


def _is_paused(row: Reminder, pauses: Iterable[ReminderPause]) -> bool:
    return pause_on(row.case_id, row.rule, pauses, reminder_id=row.pk) is not None


class _Due(NamedTuple):
    due_at: datetime
    pk: UUID
    agency_id: UUID
    candidate_id: UUID


def _due(now: datetime, after: _Due | None) -> list[_Due]:
    with system_scope("the index of due reminders spans agencies"):
        rows = Reminder.objects.filter(
            state=ReminderState.PLANNED, audience=ReminderAudience.CANDIDATE, due_at__lte=now
        )
        if after is not None:
            rows = rows.filter(Q(due_at__gt=after.due_at) | Q(due_at=after.due_at, pk__gt=after.pk))
        found = rows.order_by("due_at", "id").values_list("due_at", "pk", "agency_id", "case__candidate_id")[:PAGE]
        return [_Due(*row) for row in found]


def _without_overtaken(due: Iterable[Reminder]) -> list[Reminder]:
    """After an outage several reminders of one thing are due at once: the last of them says it all."""
    last: dict[tuple[UUID, str, UUID | None], Reminder] = {}
    for row in due:
        earlier = last.pop((row.case_id, row.rule, row.item_id), None)
        if earlier is not None:
            skip(earlier, SkipReason.OVERTAKEN)
        last[row.case_id, row.rule, row.item_id] = row
    return list(last.values())


def _new_row(case: Case, one: Planned, item_id: UUID | None, due_at: datetime) -> Reminder:
    now = clock.now()
    return Reminder(
        agency_id=case.agency_id,
        case=case,
        item_id=item_id,
        rule=one.rule.code,
        cycle=one.cycle,
        audience=one.audience,
        due_at=due_at,
        created_at=now,
        updated_at=now,
    )


def _plan_again(reminder: Reminder, due_at: datetime) -> None:
    reminder.state, reminder.skip_reason = ReminderState.PLANNED, ""
    reminder.mail, reminder.due_at, reminder.updated_at = None, due_at, clock.now()
    reminder.save(update_fields=["state", "skip_reason", "mail", "due_at", "updated_at"])
