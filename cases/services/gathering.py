"""Gathering the reminders that are due into one mail a candidate and day."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from cases.models import (
    Candidate,
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
from cases.pauses import MOST_PER_ITEM, WEEK, pause_on, pauses_about, pauses_about_people, same, times_told, why_not_to
from cases.quiet_hours import quiet_until
from cases.reminders import NINE, instant
from cases.services.locking import lock_free_case_rows_of
from cases.services.reminding import plan_again, skip
from relo.core import clock
from relo.core.scoping import agency_scope, system_scope
from relo.outbox.service import put_all

log = logging.getLogger(__name__)

SEND = "cases.send_mail"
OPEN_TO_MORE = timedelta(hours=48)  # a mail that still waits after this is stuck; new reminders get one of their own
PAGE = 500  # reminders
BATCH = 50  # candidates: whoever acts on one of them waits until all are gathered, some hundredths of a second


def queue_due_mails() -> int:
    """The sweep: every candidate with something due gets one mail queued. Any number may run, at any time."""
    now, queued, last = clock.now(), 0, None
    while rows := _due(now, last):
        last = rows[-1]
        people: dict[UUID, dict[UUID, None]] = defaultdict(dict)
        for row in rows:
            people[row.agency_id][row.candidate_id] = None
        for agency_id, found in people.items():
            candidate_ids = list(found)
            for start in range(0, len(candidate_ids), BATCH):
                queued += _queued(agency_id, candidate_ids[start : start + BATCH])
    return queued


def _queued(agency_id: UUID, candidate_ids: Sequence[UUID]) -> int:
    try:
        with agency_scope(agency_id):
            return len(queue_mails_of(candidate_ids=candidate_ids))
    except Exception:
        # One candidate's trouble is not the others'; the next sweep tries again.
        if len(candidate_ids) > 1:
            log.warning("reminders.batch_not_queued", exc_info=True, extra={"candidates": len(candidate_ids)})
            return sum(_queued(agency_id, [one]) for one in candidate_ids)
        log.exception("reminders.not_queued", extra={"candidate_id": str(candidate_ids[0])})
        return 0


@transaction.atomic
def queue_mails_of(*, candidate_ids: Collection[UUID]) -> list[Mail]:
    """Gather what is due of each candidate into today's mail; into tomorrow's when today's has gone out. The new ones.

    As many statements for fifty candidates as for one: of a sweep of thousands, they are most of its time. Whoever is
    acted on just now is left to the next sweep.
    """
    candidate_of = lock_free_case_rows_of(candidate_ids)
    now = clock.now()
    rows: dict[UUID, list[Reminder]] = defaultdict(list)
    for row in (
        Reminder.objects.select_for_update()
        .filter(
            case__in=candidate_of,
            audience=ReminderAudience.CANDIDATE,
            state=ReminderState.PLANNED,
            due_at__lte=now,
        )
        .order_by("due_at", "id")
    ):
        rows[candidate_of[row.case_id]].append(row)
    if not rows:
        return []
    batch = _Batch(now, _pauses(rows, now), times_told(candidate_of), _mails_of(rows, now))
    for candidate in Candidate.objects.filter(pk__in=rows).select_related("agency").order_by("pk"):
        _gather(batch, candidate, _without_overtaken(rows[candidate.pk]))
    batch.write()
    return batch.new


@dataclass(slots=True)
class _Batch:
    """What is known of the candidates, and what is to be written of them in the end."""

    now: datetime
    pauses: list[ReminderPause]
    told: Counter[tuple[object, ...]]
    mails: dict[UUID, list[Mail]]
    new: list[Mail] = field(default_factory=list)
    gathered: list[Reminder] = field(default_factory=list)
    moved: dict[datetime, list[UUID]] = field(default_factory=lambda: defaultdict(list))

    def move(self, due: Iterable[Reminder], due_at: datetime) -> None:
        self.moved[due_at] += [row.pk for row in due]

    def write(self) -> None:
        for due_at, ids in self.moved.items():
            Reminder.objects.filter(pk__in=ids).update(due_at=due_at, updated_at=self.now)
        Mail.objects.bulk_create(self.new)
        put_all(SEND, {f"mail:{mail.pk}": {"mail_id": str(mail.pk)} for mail in self.new})
        Reminder.objects.bulk_update(self.gathered, ["mail"])
        Reminder.objects.filter(pk__in=[row.pk for row in self.gathered]).update(
            state=ReminderState.GATHERED, updated_at=self.now
        )


def _gather(batch: _Batch, candidate: Candidate, due: list[Reminder]) -> None:
    now, zone = batch.now, ZoneInfo(candidate.time_zone)
    today = now.astimezone(zone).date()
    opens = quiet_until(now, zone, candidate.agency.mail_from_hour, candidate.agency.mail_until_hour)
    if opens is not None:
        batch.move(due, opens)
        return
    due = _allowed(batch, candidate, due, today)
    if not due:
        return
    mails = batch.mails.get(candidate.pk, [])
    mail = next((one for one in mails if one.state == MailState.QUEUED and one.created_at > now - OPEN_TO_MORE), None)
    if mail is None:
        wait = WEEK if candidate.reminder_pace == ReminderPace.WEEKLY else timedelta(days=1)
        last = max((one.local_day for one in mails if one.local_day > today - wait), default=None)
        if last is not None:
            batch.move(due, instant(last + wait, NINE, zone))
            return
        mail = Mail(
            agency_id=candidate.agency_id,
            candidate=candidate,
            kind=MailKind.REMINDER,
            language=candidate.language,
            local_day=today,
            created_at=now,
        )
        batch.new.append(mail)
    for row in due:
        row.mail = mail
    batch.gathered += due


def _allowed(batch: _Batch, candidate: Candidate, due: Iterable[Reminder], today: date) -> list[Reminder]:
    """Without what was paused, stopped, or told often enough; a pause with an end only moves it there."""
    nobody, allowed = why_not_to(candidate), []
    pauses = [pause for pause in pauses_about(candidate.pk, batch.pauses) if pause.until is None or pause.until > today]
    for row in due:
        pause = pause_on(row.case_id, row.rule, pauses, reminder_id=row.pk)
        if nobody is not None:
            skip(row, nobody)
        elif pause is not None and pause.until is not None:
            plan_again(row, instant(pause.until, NINE, ZoneInfo(candidate.time_zone)))
        elif pause is not None:
            skip(row, SkipReason.PAUSED)
        elif batch.told[same(row.case_id, row.item_id, row.rule)] >= MOST_PER_ITEM:
            skip(row, SkipReason.CAPPED)
        else:
            allowed.append(row)
    return allowed


def _without_overtaken(due: Iterable[Reminder]) -> list[Reminder]:
    """After an outage several reminders of one thing are due at once: the last of them says it all."""
    last: dict[tuple[UUID, str, UUID | None], Reminder] = {}
    for row in due:
        earlier = last.pop((row.case_id, row.rule, row.item_id), None)
        if earlier is not None:
            skip(earlier, SkipReason.OVERTAKEN)
        last[row.case_id, row.rule, row.item_id] = row
    return list(last.values())


def _mails_of(candidate_ids: Collection[UUID], now: datetime) -> dict[UUID, list[Mail]]:
    """Those of a candidate that another may join or has to wait for, the oldest first."""
    open_or_new = Q(state=MailState.QUEUED) | Q(local_day__gt=_day_before(now) - WEEK)
    mails = Mail.objects.filter(open_or_new, candidate__in=candidate_ids, kind=MailKind.REMINDER)
    found: dict[UUID, list[Mail]] = defaultdict(list)
    for mail in mails.exclude(state=MailState.SKIPPED).order_by("created_at", "pk"):
        found[mail.candidate_id].append(mail)
    return found


def _pauses(candidate_ids: Collection[UUID], now: datetime) -> list[ReminderPause]:
    return pauses_about_people(candidate_ids, _day_before(now))


def _day_before(now: datetime) -> date:
    """No place on earth is still at an earlier day."""
    return now.date() - timedelta(days=1)


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
