"""Put a side effect into the outbox, in the transaction of the change it follows from."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from relo.core import clock
from relo.core.scoping import current_scope
from relo.outbox import moments
from relo.outbox.models import OutboxMessage

log = logging.getLogger(__name__)


class UnknownHandler(LookupError):
    """No handler of that name in settings.OUTBOX_HANDLERS."""


def put(
    *, handler: str, key: str, payload: dict[str, Any], due_at: datetime | None = None, agency_id: UUID | None = None
) -> None:
    """Once per handler and key: a second call with the same pair changes nothing. For the agency in scope, or the one
    that is named where the scope is wider."""
    put_all(handler, {key: payload}, due_at=due_at, agency_id=agency_id)


def put_all(
    handler: str,
    payloads: Mapping[str, dict[str, Any]],
    *,
    due_at: datetime | None = None,
    agency_id: UUID | None = None,
) -> None:
    """The same for many, each by its key, in one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("put() belongs inside the change it follows from")
    if handler not in settings.OUTBOX_HANDLERS:
        raise UnknownHandler(handler)
    if not payloads:
        return
    queue = settings.OUTBOX_HANDLERS[handler][0]
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                agency_id=agency_id or current_scope().agency_id,
                queue=queue,
                handler=handler,
                key=key,
                payload=payload,
                due_at=due_at or moments.now(),
            )
            for key, payload in payloads.items()
        ],
        ignore_conflicts=True,
    )
    if due_at is None or due_at <= clock.now():
        _ring_once(queue)


@dataclass(frozen=True, slots=True)
class _Ring:
    queue: str

    def __call__(self) -> None:
        ring(self.queue)


def _ring_once(queue: str) -> None:
    """One ring per queue and transaction, however many messages it leaves behind."""
    bell = _Ring(queue)
    if not any(waiting[1] == bell for waiting in connection.run_on_commit):
        transaction.on_commit(bell)


# After a bell that did not ring nobody tries for as long as a sweep takes to come: a broker that hangs would hold up
# every request in turn. Of this process alone; a few threads may find it out at once.
QUIET_SECONDS = 15.0
_quiet_until: list[float] = [0.0]


def ring(queue: str) -> None:
    """Wake a worker. A bell that does not ring is no failure: the sweep finds the row."""
    from relo.outbox.tasks import drain

    if time.monotonic() < _quiet_until[0]:
        return
    try:
        drain.apply_async(args=(queue,), queue=queue)
    except Exception as failure:
        # Whatever a broker that is away raises, the work itself is safe in its row.
        _quiet_until[0] = time.monotonic() + QUIET_SECONDS
        log.warning("outbox.doorbell_failed", extra={"queue": queue, "error": type(failure).__name__})
