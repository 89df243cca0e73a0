"""Whose clock the outbox goes by: that of the database, which all hosts share."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from relo.core import clock

Moment = datetime | Combinable


def goes_by_database() -> bool:
    """SQLite lives on one host. Tests stop the process's clock, which no database knows of."""
    return bool(settings.OUTBOX_CLOCK == "database" and connection.vendor == "postgresql")


def now() -> Moment:
    return Now() if goes_by_database() else clock.now()


def after(wait: timedelta) -> Moment:
    return now() + wait
