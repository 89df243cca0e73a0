"""One reminder waits some days longer, for a reason; the others go on."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.history import record
from cases.models import Reminder, ReminderPause, ReminderState
from cases.reminders import NINE, instant
from cases.services.locking import lock_case, name_of
from cases.services.reasons import refuse_no_sentence
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound

LONGEST_DAYS = 90
DAYS_WANTED = format_lazy(gettext_lazy("Give a number of days from 1 to {most}."), most=LONGEST_DAYS)
_WAITS = (ReminderState.PLANNED, ReminderState.GATHERED)


@transaction.atomic
def put_off_reminder(*, case_id: UUID, reminder_id: UUID, days: int, reason: str, actor: Actor) -> ReminderPause:
    """By so many days from when it was due, or from today where that is over."""
    actor.require(Permission.EDIT_CASES)
    refuse_no_sentence(reason)
    if not 0 < days <= LONGEST_DAYS:
        raise Invalid("days_out_of_range", DAYS_WANTED, errors={"days": DAYS_WANTED})
    case = lock_case(case_id, actor)
    row = Reminder.objects.select_for_update(of=("self",)).select_related("item").filter(pk=reminder_id, case=case)
    reminder = row.first()
    if reminder is None:
        raise NotFound("not_found", _("There is no such reminder."))
    if reminder.state not in _WAITS:
        raise Conflict("reminder_gone", _("This reminder is not waiting any more. Nothing was changed."))
    zone = case.candidate.time_zone
    due_on = reminder.due_at.astimezone(ZoneInfo(zone)).date()
    until = max(due_on, clock.today(zone)) + timedelta(days=days)
    now = clock.now()
    ReminderPause.objects.filter(reminder=reminder, ended_at=None).update(ended_at=now, ended_by=name_of(actor))
    pause = ReminderPause.objects.create(
        agency_id=case.agency_id,
        case=case,
        reminder=reminder,
        reason=reason.strip(),
        until=until,
        made_by=name_of(actor),
        made_at=now,
    )
    _wait_until(reminder, until, zone)
    record(case=case, kind="reminder.put_off", actor=actor, until=str(until), **_about(reminder))
    return pause


def resume_reminder(reminder: Reminder) -> None:
    """Its pause was ended early: it goes out today. Planning moves it back where its day is still to come."""
    if reminder.state == ReminderState.PLANNED:
        zone = reminder.case.candidate.time_zone
        _wait_until(reminder, clock.today(zone), zone)


def _wait_until(reminder: Reminder, day: date, zone: str) -> None:
    """Out of a mail that waits to be sent, too."""
    reminder.state, reminder.mail, reminder.updated_at = ReminderState.PLANNED, None, clock.now()
    reminder.due_at = instant(day, NINE, ZoneInfo(zone))
    reminder.save(update_fields=["state", "mail", "due_at", "updated_at"])


def _about(reminder: Reminder) -> dict[str, str]:
    return {"item": reminder.item.code} if reminder.item else {"reminder": reminder.rule}
