"""Logs are an event name and ids, as JSON lines; never names, file names or passport data.

What others log is brought to the same: an exception is told by its types and places, since its words may quote what
somebody typed; a request by its route, since its address may hold a name that was searched for, or a sign-in link; and
whoever made it by an id.
"""

import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from django.http import HttpRequest

from relo.core.actors import Actor

NEAREST = 12  # places of a traceback, from the one that raised


def without_words(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Exceptions as types and places."""
    failure: Any = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, tuple):
        failure = failure[1]
    told: list[str] = []
    while isinstance(failure, BaseException) and len(told) < NEAREST:
        told.append(f"{type(failure).__name__} at {' > '.join(_places(failure.__traceback__))}")
        failure = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    return {**event, "exception": told} if told else event


def route_for_path(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Django hands the request along, and names its path in the line."""
    request = event.pop("request", None)
    if isinstance(request, HttpRequest):
        route = request.resolver_match.route if request.resolver_match else "…"
        path = request.path.encode("unicode_escape").decode("ascii")  # as Django writes it, at the end of its line
        event["event"] = f"{str(event['event']).removesuffix(path)}/{route}"
        event["method"] = request.method
        actor = getattr(request, "actor", None)
        if isinstance(actor, Actor):
            event["actor"], event["agency"] = f"{actor.kind}:{actor.ref}", str(actor.agency_id)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-NEAREST:]


def logging_config() -> dict[str, Any]:
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    without_words,
                    route_for_path,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder()],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # Its lines quote the requested path and client; the proxy in front keeps those.
            "django.server": {"level": "WARNING"},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
        },
    }
