import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction

from relo.outbox import relay
from relo.outbox.models import OutboxMessage, Queue
from relo.outbox.service import UnknownHandler, put
from tests.relo.outbox import handlers

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
LEASE = relay.LEASES[Queue.DEFAULT]
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _registered(settings):
    handlers.CALLS.clear()
    settings.OUTBOX_HANDLERS = {
        "note": ("default", "tests.relo.outbox.handlers.note"),
        "fail": ("default", "tests.relo.outbox.handlers.fail"),
        "hopeless": ("default", "tests.relo.outbox.handlers.hopeless"),
    }


@pytest.fixture
def at_noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def put_one(handler: str = "note", key: str = "1") -> OutboxMessage:
    with transaction.atomic():
        put(handler=handler, key=key, payload={"case_id": key})
    return OutboxMessage.objects.get(handler=handler, key=key)


def claim_one(now: datetime) -> OutboxMessage:
    [message] = relay.claim("default", 1, now)
    return message


def test_a_message_is_delivered_once_in_its_agencys_scope(in_scope):
    put_one()

    assert relay.drain("default") == 1 and relay.drain("default") == 0
    assert [{"case_id": "1", "agency": in_scope.agency.pk}] == handlers.CALLS


def test_the_same_key_twice_is_one_message(in_scope):
    put_one()
    put_one()

    assert OutboxMessage.objects.count() == 1


def test_nothing_is_put_when_the_change_is_rolled_back(in_scope):
    with transaction.atomic():
        put(handler="note", key="1", payload={})
        transaction.set_rollback(True)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_putting_outside_a_transaction_is_refused(db):
    with pytest.raises(RuntimeError, match="inside the change"):
        put(handler="note", key="1", payload={})


def test_an_unknown_handler_is_refused(in_scope):
    with pytest.raises(UnknownHandler), transaction.atomic():
        put(handler="typo", key="1", payload={})


def test_a_claimed_message_is_not_taken_again_before_its_lease_ends(in_scope, at_noon):
    put_one()
    claim_one(NOON)

    assert relay.claim("default", 1, NOON + LEASE - SECOND) == []
    assert claim_one(NOON + LEASE + SECOND).attempts == 2


def test_no_plan_of_the_database_makes_a_claim_take_more_than_it_asked_for(in_scope, at_noon):
    for key in "12345":
        put_one(key=key)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # leaves the plan that statistics may bring about any time: a nested loop
            cursor.execute("ANALYZE outbox_outboxmessage")
            for way_out in ("hashjoin", "mergejoin", "material", "sort", "hashagg"):
                cursor.execute(f"SET LOCAL enable_{way_out} = off")

    assert [message.key for message in relay.claim("default", 2, NOON)] == ["1", "2"]
    assert [message.key for message in relay.claim("default", 2, NOON)] == ["3", "4"]


def test_a_worker_that_lost_its_lease_cannot_finish_the_job(in_scope, at_noon):
    message = put_one()
    slow = claim_one(NOON)
    claim_one(NOON + LEASE + SECOND)

    assert relay.deliver(slow) is False

    message.refresh_from_db()
    assert message.done_at is None


def test_a_failure_waits_longer_each_time_and_then_lies_dead(in_scope, at_noon):
    message = put_one("fail")
    waits = []
    for _ in range(relay.MAX_ATTEMPTS):
        now = datetime.now(UTC)
        relay.drain("default")
        message.refresh_from_db()
        waits.append(message.due_at - now if message.dead_at is None else None)
        at_noon.move_to(message.due_at + SECOND)

    assert waits == [*relay.BACK_OFF, None]
    assert len(handlers.CALLS) == relay.MAX_ATTEMPTS
    assert message.dead_at is not None and message.done_at is None


def test_a_failure_is_kept_by_class_only(in_scope):
    message = put_one("fail")
    relay.drain("default")
    message.refresh_from_db()

    assert message.last_error == "RuntimeError"


def test_a_hopeless_message_is_dead_at_once(in_scope):
    message = put_one("hopeless")
    relay.drain("default")
    message.refresh_from_db()

    assert message.dead_at is not None and message.attempts == 1


def test_a_message_that_kills_its_worker_each_time_dies_by_itself(in_scope, at_noon):
    message = put_one()
    for _ in range(relay.MAX_ATTEMPTS):  # claimed, and never heard of again
        claim_one(datetime.now(UTC))
        at_noon.shift(LEASE + SECOND)

    relay.drain("default")

    message.refresh_from_db()
    assert message.dead_at is not None and handlers.CALLS == []


def test_a_slow_handler_keeps_its_lease(in_scope, settings, monkeypatch, transactional_db):
    monkeypatch.setitem(relay.LEASES, Queue.DEFAULT, timedelta(seconds=0.6))
    message = put_one()
    [claimed] = relay.claim("default", 1, datetime.now(UTC))
    before = OutboxMessage.objects.get(pk=message.pk).due_at

    with relay._renewed(claimed):
        threading.Event().wait(0.5)

    assert OutboxMessage.objects.get(pk=message.pk).due_at > before


def test_messages_of_another_queue_stay_where_they_are(in_scope):
    put_one()

    assert relay.drain("mail") == 0 and handlers.CALLS == []


def test_it_is_not_taken_before_it_is_due(in_scope, at_noon):
    with transaction.atomic():
        put(handler="note", key="later", payload={}, due_at=NOON + timedelta(hours=1))

    assert relay.drain("default") == 0
    at_noon.shift(timedelta(hours=1))
    assert relay.drain("default") == 1


def test_the_command_delivers_without_celery(in_scope, capsys):
    put_one()
    call_command("run_outbox", "--once")

    assert handlers.CALLS and "default: 1 delivered" in capsys.readouterr().out


def test_a_broker_that_is_away_does_not_fail_the_change(in_scope, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        message = put_one()  # the test settings name a port where nothing listens

    assert message.done_at is None


@pytest.mark.django_db(transaction=True)
def test_ten_relays_at_once_take_each_message_once(world):
    with world.scope():
        for number in range(40):
            put_one(key=str(number))
    taken: list[int] = []

    def work() -> None:
        try:
            while messages := relay.claim("default", 3, datetime.now(UTC) + SECOND):
                taken.extend(message.pk for message in messages)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(taken) == sorted(set(taken)) and len(taken) == 40
