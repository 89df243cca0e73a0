"""Celery only wakes these. Running one twice, late, or at the same time as another changes nothing."""

from celery import shared_task

from cases.services.gathering import queue_due_mails
from cases.services.morning import queue_morning_mails


@shared_task(name="cases.tasks.send_due_reminders")
def send_due_reminders() -> None:
    queue_due_mails()


@shared_task(name="cases.tasks.send_morning_mails")
def send_morning_mails() -> None:
    queue_morning_mails()
