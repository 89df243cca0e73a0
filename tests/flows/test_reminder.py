"""A reminder's way: planned with the case, sent once by a Celery worker over SMTP, and silent when it is not needed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection

from cases.models import CaseEvent, Mail, Reminder
from cases.services.checklist import waive_item
from relo.core import clock
from relo.outbox import relay
from relo.outbox.models import OutboxMessage
from relo.running.broker import embedded_broker
from tests.cases.post import days_later, later, one_open, sweep_and_send
from tests.conftest import DAYS_AHEAD, World, timeline
from tests.smtp import MailServer, mail_server, subject_of

__all__ = ["mail_server"]
ROOT = Path(__file__).resolve().parents[2]


def test_a_due_item_is_one_mail_in_the_candidates_language_and_a_line_on_the_timeline(
    in_scope: World, mail_server: MailServer
) -> None:
    case = one_open(in_scope, "consent", language="zh-hans")
    assert Reminder.objects.filter(case=case, state="planned").exists()

    with days_later(7):
        for _ in range(3):
            sweep_and_send()

    [mail] = mail_server.taken
    assert mail["To"] == "anna@example.org" and "委托书" in subject_of(mail)
    assert timeline(case).count("mail.sent") == 1 and Mail.objects.get().state == "sent"


def test_what_is_done_is_not_asked_for(in_scope: World, mail_server: MailServer) -> None:
    case = one_open(in_scope, "consent")
    waive_item(case_id=case.pk, code="consent", reason="Signed at the office", actor=in_scope.manager.actor)

    with days_later(7):
        sweep_and_send()
        relay.drain("default")

    assert mail_server.taken == [] and "mail.sent" not in timeline(case)


@contextmanager
def celery_worker(broker: str) -> Iterator[Celery]:
    """A worker in a process of its own, on the tests' database and keys."""
    database = settings.DATABASES["default"]
    url = f"sqlite:///{connection.settings_dict['NAME']}"
    if connection.vendor == "postgresql":
        where = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
        url = f"postgres://{database['USER']}@{where}/{connection.settings_dict['NAME']}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "relo.settings",
        "DATABASE_URL": url,
        "REDIS_URL": broker,
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "STORAGE_URL": settings.ENVIRONMENT.STORAGE_URL,
    }
    environment.pop("MIGRATE_DATABASE_URL", None)  # of the database that the tests were made from
    command = [sys.executable, "-m", "celery", "-A", "relo", "worker", "-Q", "default,mail", "-P", "solo"]
    worker = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = broker.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
    bell = Celery(broker=address, set_as_current=False)  # or every later test would ring at a broker that is gone
    try:
        yield bell
    finally:
        bell.close()
        worker.terminate()
        worker.wait(timeout=20)


def wait_for(condition, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the worker did not do it in time"
        time.sleep(0.2)


@pytest.mark.django_db(transaction=True)
def test_a_celery_worker_sends_it_once_however_often_it_is_woken(world: World, mail_server: MailServer) -> None:
    # The worker is a process of its own and knows no other day than today, whatever day the suite plays.
    with later(clock.now() - timedelta(days=DAYS_AHEAD)), world.scope():
        case = one_open(world, "consent")
        Reminder.objects.filter(case=case).update(due_at=clock.now())  # a week has gone by

    with embedded_broker() as broker, celery_worker(broker) as bell:
        for _ in range(3):
            bell.send_task("cases.tasks.send_due_reminders", queue="mail")
            bell.send_task("relo.outbox.tasks.drain", args=("mail",), queue="mail")
        wait_for(lambda: not OutboxMessage.objects.filter(queue="mail", done_at=None, dead_at=None).exists())
        wait_for(lambda: mail_server.taken)
        bell.send_task("relo.outbox.tasks.drain", args=("mail",), queue="mail")
        time.sleep(1)

    with world.scope():
        assert len(mail_server.taken) == 1 == Mail.objects.filter(state="sent").count()
        assert CaseEvent.objects.filter(case=case, kind="mail.sent").count() == 1
