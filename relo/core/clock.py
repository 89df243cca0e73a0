"""The one place that asks what time it is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    return timezone.now()


def today(zone: str = "UTC") -> date:
    """The calendar day in a time zone: a deadline ends with the day of the place it belongs to."""
    return now().astimezone(ZoneInfo(zone)).date()
