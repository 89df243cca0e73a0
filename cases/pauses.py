"""What keeps a reminder from going: pauses of the staff, the candidate's own wish, an address that fails, the cap."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cases.models import Candidate, Case, Reminder, ReminderPace, ReminderPause, ReminderState, SkipReason

MOST_PER_ITEM = 6  # after that it is for the staff
WEEK = timedelta(days=7)


def pauses_in_force(candidate: Candidate, today: date) -> list[ReminderPause]:
    """All that may touch a reminder of this person; one whose day has come is over."""
    return pauses_about_people([candidate.pk], today)


def pauses_about_people(candidate_ids: Collection[UUID], today: date) -> list[ReminderPause]:
    """All that may touch a reminder of one of them, for pauses_about() to tell apart."""
    about = Q(candidate__in=candidate_ids) | Q(case__candidate__in=candidate_ids) | Q(case=None, candidate=None)
    running = ReminderPause.objects.filter(about, ended_at=None).filter(Q(until=None) | Q(until__gt=today))
    return list(running.order_by("made_at"))


def pauses_of_agency(today: date) -> list[ReminderPause]:
    """All in force, for looking at many cases at once: pause_on() of those that pauses_about() leaves."""
    running = ReminderPause.objects.filter(ended_at=None).filter(Q(until=None) | Q(until__gt=today))
    return list(running.order_by("made_at"))


def pauses_about(candidate_id: object, pauses: Iterable[ReminderPause]) -> list[ReminderPause]:
    return [pause for pause in pauses if pause.candidate_id in (None, candidate_id)]


def pauses_of(case: Case, today: date) -> QuerySet[ReminderPause]:
    """Those that somebody has to end, or that will end by themselves, as the page of a case shows them."""
    about = Q(case=case) | Q(candidate_id=case.candidate_id) | Q(case=None, candidate=None)
    running = ReminderPause.objects.filter(about, ended_at=None).filter(Q(until=None) | Q(until__gt=today))
    return running.select_related("reminder__item", "reminder__mail").order_by("made_at")


def pause_on(
    case_id: object, rule: str, pauses: Iterable[ReminderPause], *, reminder_id: object = None
) -> ReminderPause | None:
    """The one that lasts longest, of those about this reminder."""
    meant = [
        pause
        for pause in pauses
        if pause.candidate_id
        or (
            pause.reminder_id == reminder_id
            if pause.reminder_id
            else pause.case_id in (None, case_id) and pause.rule in ("", rule)
        )
    ]
    return max(meant, key=lambda pause: pause.until or date.max, default=None)


def why_not_to(candidate: Candidate) -> SkipReason | None:
    """Why nothing is sent to this person at all."""
    if candidate.reminder_pace == ReminderPace.OFF:
        return SkipReason.STOPPED
    return SkipReason.ADDRESS_FAILED if candidate.address_failed_at is not None else None


def same(case_id: object, item_id: object, rule: str) -> tuple[object, ...]:
    """What counts as one thing to be reminded of; what is not about an item counts by its rule."""
    return (case_id, item_id) if item_id else (case_id, rule)


def times_told(case_ids: Collection[UUID]) -> Counter[tuple[object, ...]]:
    """How often each same() thing went out, or may have."""
    told = Reminder.objects.filter(case__in=case_ids, state__in=[ReminderState.MAILED, ReminderState.UNKNOWN])
    counted: Counter[tuple[object, ...]] = Counter()
    for case_id, item_id, rule, count in told.values_list("case_id", "item_id", "rule").annotate(Count("pk")):
        counted[same(case_id, item_id, rule)] += count
    return counted
