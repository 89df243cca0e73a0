import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from relo.outbox import relay
from relo.outbox.models import Queue

PAUSE_SECONDS = 2


class Command(BaseCommand):
    help = "Deliver what waits in the outbox without Celery: once, or until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due now, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        while True:
            for queue in Queue.values:
                finished = relay.drain(queue)
                if finished:
                    self.stdout.write(f"{queue}: {finished} delivered")
            if once:
                return
            time.sleep(PAUSE_SECONDS)
