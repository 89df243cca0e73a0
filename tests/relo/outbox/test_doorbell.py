"""A broker that takes connections and never answers is worse than one that is gone: nobody may wait for it twice."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from relo.celery import Relo
from relo.outbox import service, tasks
from relo.outbox.models import OutboxMessage
from relo.outbox.service import put


@pytest.fixture
def hanging() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def rung(monkeypatch) -> list[str]:
    """Which queues were rung for, at a broker that is gone."""
    tried: list[str] = []

    def ring(args, queue):
        tried.append(queue)
        raise ConnectionError

    monkeypatch.setattr(tasks.drain, "apply_async", ring)
    return tried


@pytest.mark.django_db(transaction=True)
def test_the_work_is_put_though_no_bell_rings(world, rung):
    with world.scope(), transaction.atomic():
        put(handler="cases.plan_reminders", key="1", payload={})

    assert rung == ["default"] and OutboxMessage.objects.filter(key="1").exists()


def test_after_a_bell_that_did_not_ring_nobody_tries_until_the_sweep_has_come(rung, monkeypatch):
    service.ring("mail")
    service.ring("mail")
    service.ring("default")
    assert rung == ["mail"]

    monkeypatch.setattr(service, "_quiet_until", [time.monotonic() - 0.1])
    service.ring("default")

    assert rung == ["mail", "default"]


def test_a_broker_that_hangs_holds_up_the_first_and_for_a_second(hanging, monkeypatch):
    from django.conf import settings

    app = Relo("hanging", broker=hanging, set_as_current=False)
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    app.conf.task_publish_retry = settings.CELERY_TASK_PUBLISH_RETRY
    monkeypatch.setattr(
        tasks.drain, "apply_async", lambda args, queue: app.send_task(tasks.drain.name, args=args, queue=queue)
    )

    def seconds() -> float:
        started = time.monotonic()
        service.ring("mail")
        return time.monotonic() - started

    assert 0.5 < seconds() < 3
    assert [round(seconds(), 1) for _ in range(5)] == [0.0] * 5


@pytest.mark.django_db
def test_readiness_says_so_within_a_second(hanging, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"REDIS_URL": hanging})
    started = time.monotonic()

    checks = json.loads(Client().get("/health/ready/").content)["checks"]

    assert checks["broker"] is False and time.monotonic() - started < 3
