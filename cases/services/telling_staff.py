"""Reminders for the staff: no mail each, but lines in the morning mail of a week, or until the thing is done."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from cases.models import Reminder, ReminderAudience, ReminderState
from cases.pauses import pause_on, pauses_about, pauses_of_agency
from relo.accounts.models import Agency
from relo.core import clock


@transaction.atomic
def tell_staff(agency: Agency) -> int:
    """What fell due goes into the lines, but for what a pause is about: that waits for its end."""
    now = clock.now()
    due = Reminder.objects.filter(state=ReminderState.PLANNED, due_at__lte=now, case__closed_at=None)
    rows = due.exclude(audience=ReminderAudience.CANDIDATE).values_list("pk", "case", "rule", "case__candidate")
    by_candidate: dict[UUID, list[tuple[UUID, UUID, str]]] = defaultdict(list)
    for pk, case_id, rule, candidate_id in rows:
        by_candidate[candidate_id].append((pk, case_id, rule))
    pauses = pauses_of_agency(clock.today(agency.time_zone))
    told: list[UUID] = []
    for candidate_id, reminders in by_candidate.items():
        about = pauses_about(candidate_id, pauses)
        told += [pk for pk, case_id, rule in reminders if pause_on(case_id, rule, about, reminder_id=pk) is None]
    return due.filter(pk__in=told).update(state=ReminderState.TOLD, updated_at=now)
