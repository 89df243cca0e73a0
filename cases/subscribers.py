"""What `cases` itself does when something happened to a case. Outbox handlers: each may run twice."""

from django.conf import settings

from cases.models import Case, CaseEvent
from cases.services.reminding import plan_reminders
from cases.services.telling import queue_decision_mail
from relo.core.actors import system_actor

PLAN = "cases.plan_reminders"


def plan_reminders_after(*, event_id: int) -> None:
    event = CaseEvent.objects.get(pk=event_id)
    kinds = [kind for kind, handlers in settings.CASE_SUBSCRIBERS.items() if PLAN in handlers]
    # Twenty facts told at once are twenty events; the last one's planning sees them all.
    if CaseEvent.objects.filter(case_id=event.case_id, pk__gt=event_id, kind__in=kinds).exists():
        return
    # Facts about the person count in all their cases.
    cases = Case.objects.filter(candidate__cases=event.case_id, closed_at=None) if event.kind == "facts.changed" else ()
    for case_id in {event.case_id, *(case.pk for case in cases)}:
        plan_reminders(case_id=case_id, actor=system_actor("reminders", event.agency_id))


def tell_of_changes(*, event_id: int) -> None:
    queue_decision_mail(event_id=event_id)


def plan_cases(*, case_ids: list[str]) -> None:
    """Cases that something touched at once; one of them after another."""
    for case in Case.objects.filter(pk__in=case_ids, closed_at=None).order_by("pk"):
        plan_reminders(case_id=case.pk, actor=system_actor("reminders", case.agency_id))
