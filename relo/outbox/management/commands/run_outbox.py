import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

from relo.outbox import relay
from relo.outbox.models import Queue

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2


class Command(BaseCommand):
    help = "Find what fell due and deliver what waits in the outbox, without Celery: once, or until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due now, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        swept: dict[str, float] = {}
        while True:
            try:
                _sweep(swept)
                for queue in Queue.values:
                    finished = relay.drain(queue)
                    if finished:
                        self.stdout.write(f"{queue}: {finished} delivered")
            except DatabaseError as failure:
                if once:
                    raise
                # It comes back, and so does the work: everything stands in rows.
                log.warning("outbox.database_away", extra={"error": type(failure).__name__})
                connection.close()
            if once:
                return
            time.sleep(PAUSE_SECONDS)


def _sweep(swept: dict[str, float]) -> None:
    """What beat rings for, each when its time has come. `swept`: when each was last done."""
    for path, seconds in settings.OUTBOX_SWEEPS.items():
        if time.monotonic() - swept.get(path, -seconds) < seconds:
            continue
        swept[path] = time.monotonic()
        try:
            import_string(path)()
        except DatabaseError:
            swept.pop(path)
            raise
        except Exception:
            log.exception("outbox.sweep_failed", extra={"sweep": path})
