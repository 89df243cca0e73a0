"""Celery only wakes these. Running one twice, late, or at the same time as another changes nothing."""

from celery import shared_task

from relo.core import purging


@shared_task(name="relo.core.tasks.purge_old_rows")
def purge_old_rows() -> None:
    purging.purge_old_rows()
