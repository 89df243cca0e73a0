"""The one place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("relo_clock", default=None)


def now() -> datetime:
    return _set_to.get() or timezone.now()


def today(zone: str) -> date:
    """The calendar day in a time zone: a deadline ends with the day of the place it belongs to."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Act at a moment of the past. For seeding sample data only: what it writes claims to have happened then."""
    if moment > timezone.now():
        raise ValueError("nothing has happened in the future yet")
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
