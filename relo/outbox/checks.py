"""System checks: what is named by a dotted string must be there."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from relo.outbox.models import Queue


def names_resolve(**_: Any) -> Iterable[CheckMessage]:
    for handler, (queue, path) in settings.OUTBOX_HANDLERS.items():
        yield from _resolves(path, f"outbox handler {handler}", "relo.E010")
        if queue not in Queue.values:
            yield Error(f"outbox handler {handler} names the unknown queue {queue}", id="relo.E011")
    for kind, handlers in settings.CASE_SUBSCRIBERS.items():
        for handler in handlers:
            if handler not in settings.OUTBOX_HANDLERS:
                yield Error(f"{kind} has the subscriber {handler}, which is no outbox handler", id="relo.E012")
    for path in settings.OUTBOX_SWEEPS:
        yield from _resolves(path, "outbox sweep", "relo.E010")
    for path in settings.DESK_PANELS:
        yield from _resolves(path, "desk panel", "relo.E013")


def _resolves(path: str, what: str, check_id: str) -> Iterator[CheckMessage]:
    try:
        import_string(path)
    except ImportError as failure:
        yield Error(f"{what} {path} does not resolve: {failure}", id=check_id)
