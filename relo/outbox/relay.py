"""Claim, work outside the transaction, finish if still yours."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from relo.core import clock
from relo.core.scoping import agency_scope, system_scope
from relo.outbox import moments
from relo.outbox.models import OutboxMessage, Queue

log = logging.getLogger(__name__)

# Renewed while working, so they may be shorter than the work. With the sweep: how long a dead worker goes unnoticed.
LEASES = {
    Queue.DEFAULT: timedelta(seconds=45),
    Queue.MAIL: timedelta(seconds=60),
    Queue.FILES: timedelta(seconds=60),
    Queue.PACKETS: timedelta(seconds=60),
}
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
MAX_ATTEMPTS = len(BACK_OFF) + 1
ROUND_SECONDS = 5.0  # how long a list of the agencies that wait is good for


class GiveUp(Exception):
    """Raised by a handler when trying again cannot help: the message is dead at once."""


def claim(
    queue: str, limit: int, now: datetime | None = None, *, of: Sequence[UUID | None] = ()
) -> list[OutboxMessage]:
    """Take up to `limit` due messages; each carries the fencing number it was taken with.

    `now`: empty for the clock all workers share. `of`: of this one agency (or of none); empty for the oldest of all.

    One statement, so that two relays never take the same row. SQLite has one writer at a time and needs no row lock.
    The rows are picked in a MATERIALIZED part: as a plain subquery PostgreSQL may join it by a nested loop and run it
    again for each row, and each run skips what the last one took, so that LIMIT no longer limits.
    """
    table = connection.ops.quote_name(OutboxMessage._meta.db_table)
    lock = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    lease = LEASES[Queue(queue)]
    if now is None and moments.goes_by_database():
        moment, lease_end = (
            "STATEMENT_TIMESTAMP()",
            f"STATEMENT_TIMESTAMP() + interval '{lease.total_seconds()} seconds'",
        )
        times: list[Any] = []
    else:
        moment = lease_end = "%s"
        as_parameter, at = connection.ops.adapt_datetimefield_value, now or clock.now()
        times = [as_parameter(at), as_parameter(at + lease)]
    whose = "" if not of else " AND agency_id IS NULL" if of[0] is None else " AND agency_id = %s"
    key = (
        []
        if not of or of[0] is None
        else [OutboxMessage._meta.get_field("agency").get_db_prep_value(of[0], connection)]
    )
    statement = (
        f"WITH due AS MATERIALIZED (SELECT id FROM {table}"  # noqa: S608 - our own table name and words
        f" WHERE queue = %s AND done_at IS NULL AND dead_at IS NULL{whose} AND due_at <= {moment}"
        f" ORDER BY due_at, id LIMIT %s{lock})"
        f" UPDATE {table} SET attempts = attempts + 1, due_at = {lease_end}"
        " WHERE id IN (SELECT id FROM due) RETURNING *"
    )
    with transaction.atomic():
        taken = list(OutboxMessage.objects.raw(statement, [queue, *key, *times[:1], limit, *times[1:]]))
    return sorted(taken, key=lambda message: (message.created_at, message.pk))


def finish(message: OutboxMessage, now: moments.Moment) -> bool:
    """False when the lease was lost meanwhile: another worker holds the message now."""
    return _held(message).update(done_at=now, last_error="") == 1


def fail(message: OutboxMessage, error: str, now: moments.Moment) -> bool:
    if message.attempts >= MAX_ATTEMPTS:
        return bury(message, error, now)
    return _held(message).update(due_at=now + BACK_OFF[message.attempts - 1], last_error=error[:200]) == 1


def bury(message: OutboxMessage, error: str, now: moments.Moment) -> bool:
    log.error("outbox.dead", extra={"message_id": message.pk, "handler": message.handler, "error": error})
    return _held(message).update(dead_at=now, last_error=error[:200]) == 1


def deliver(message: OutboxMessage) -> bool:
    """Run the handler in the scope of the message's agency. True when it ran and this claim finished it."""
    if message.attempts > MAX_ATTEMPTS:  # its worker died each time: a poison message dies by itself
        bury(message, "WorkerDied", moments.now())
        return False
    try:
        handler: Callable[..., None] = import_string(settings.OUTBOX_HANDLERS[message.handler][1])
        with _renewed(message), _scope_of(message):
            handler(**message.payload)
    except GiveUp as failure:
        bury(message, str(failure), moments.now())
        return False
    except Exception as failure:
        log.exception("outbox.failed", extra={"message_id": message.pk, "handler": message.handler})
        fail(message, type(failure).__name__, moments.now())
        return False
    return finish(message, moments.now())


def drain(queue: str) -> int:
    """Deliver until nothing is due; how many were finished. Agencies take turns, whoever has the most to do.

    One at a time: a message claimed while another is worked on has no one to renew its lease, and is counted as tried
    when that other one takes the worker down.
    """
    finished = 0
    while messages := claim(queue, 1):
        finished += sum(deliver(message) for message in messages)
        finished += _in_turns(queue)
    return finished


def _in_turns(queue: str) -> int:
    """A message of each agency, round by round, for as long as the list of who waits is fresh."""
    finished, until = 0, time.monotonic() + ROUND_SECONDS
    waiting = _agencies_waiting(queue)
    while waiting and time.monotonic() < until:
        for agency_id in list(waiting):
            messages = claim(queue, 1, of=[agency_id])
            finished += sum(deliver(message) for message in messages)
            if not messages:
                waiting.remove(agency_id)
    return finished


def _agencies_waiting(queue: str) -> list[UUID | None]:
    due = OutboxMessage.objects.filter(queue=queue, done_at=None, dead_at=None, due_at__lte=moments.now())
    return list(due.values_list("agency_id", flat=True).distinct())


def _held(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, done_at=None, dead_at=None)


def _scope_of(message: OutboxMessage) -> AbstractContextManager[None]:
    if message.agency_id is None:
        return system_scope(f"outbox handler {message.handler} works for every agency")
    return agency_scope(message.agency_id)


@contextmanager
def _renewed(message: OutboxMessage) -> Iterator[None]:
    """Move the end of the lease along while the handler works, so that slow is not taken for dead."""
    lease = LEASES[Queue(message.queue)]
    over = threading.Event()

    def renew() -> None:
        while not over.wait(lease.total_seconds() / 3):
            try:
                _held(message).update(due_at=moments.after(lease))
            except Exception:  # a database that is away for a moment must not end the renewing
                log.exception("outbox.not_renewed", extra={"message_id": message.pk})
            finally:
                connection.close()

    keeper = threading.Thread(target=renew, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
