"""Rows of the staff's signing in that can no longer matter."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from relo.accounts.guessing import FORGOTTEN_AFTER
from relo.accounts.sessions import LONGEST
from relo.accounts.sign_in_models import StaffSession, WrongTries


def sessions_of_django(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)


def staff_sessions(now: datetime) -> QuerySet[StaffSession]:
    """A day longer than a session lasts: the row of an ended one must outlive Django's session under the same key."""
    return StaffSession.objects.filter(started_at__lt=now - LONGEST - FORGOTTEN_AFTER)


def wrong_tries(now: datetime) -> QuerySet[WrongTries]:
    return WrongTries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER)
