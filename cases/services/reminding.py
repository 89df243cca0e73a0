"""Planning reminders: rows in line with what a case calls for."""

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from cases.attempts import hold_of
from cases.models import (
    Case,
    ItemState,
    Reminder,
    ReminderPause,
    ReminderState,
    SkipReason,
)
from cases.pauses import pause_on, pauses_in_force, why_not_to
from cases.reminders import NINE, Planned, instant, worth_planning
from cases.selectors import cases_visible_to, items_of
from cases.wanted_reminders import reminders_wanted
from relo.core import clock
from relo.core.actors import Actor

PLAN_CASES = "cases.plan_cases"
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
            plan_again(row_or_none, due_at)
        elif (
            row_or_none.state == ReminderState.PLANNED
            and one.due_on > today
            and row_or_none.due_at != due_at
            and not _is_paused(row_or_none, pauses)
        ):
            plan_again(row_or_none, due_at)  # the candidate lives in another time zone now
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


def _is_paused(row: Reminder, pauses: Iterable[ReminderPause]) -> bool:
    return pause_on(row.case_id, row.rule, pauses, reminder_id=row.pk) is not None


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


def plan_again(reminder: Reminder, due_at: datetime) -> None:
    reminder.state, reminder.skip_reason = ReminderState.PLANNED, ""
    reminder.mail, reminder.due_at, reminder.updated_at = None, due_at, clock.now()
    reminder.save(update_fields=["state", "skip_reason", "mail", "due_at", "updated_at"])
