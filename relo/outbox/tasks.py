"""Celery only wakes the relay. Losing, repeating or delaying one of these messages changes nothing."""

from celery import shared_task

from relo.outbox import relay


@shared_task(name="relo.outbox.tasks.drain")
def drain(queue: str) -> None:
    relay.drain(queue)
