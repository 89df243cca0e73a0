"""Rows of the staff's signing in that can no longer matter."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from relo.accounts.guessing import FORGOTTEN_AFTER
from relo.accounts.security_models import KEPT_FOR, SecurityEvent
from relo.accounts.sessions import LONGEST
from relo.accounts.sign_in_models import StaffCount, StaffSession, WrongTries
from relo.core.scoping import OwnedQuerySet


def sessions_of_django(now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)


def staff_sessions(now: datetime) -> QuerySet[StaffSession]:
    """A day longer than a session lasts: the row of an ended one must outlive Django's session under the same key."""
    return StaffSession.objects.filter(started_at__lt=now - LONGEST - FORGOTTEN_AFTER)


def wrong_tries(now: datetime) -> QuerySet[WrongTries]:
    return WrongTries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER)


def counts(now: datetime) -> QuerySet[StaffCount]:
    """A day longer than they count: what was refused waits for its line in the security log."""
    return StaffCount.objects.filter(since__lt=now - FORGOTTEN_AFTER)


def security_events(now: datetime) -> QuerySet[SecurityEvent]:
    """Past the manager, which removes nothing. On PostgreSQL the trigger looks at the age besides."""
    return OwnedQuerySet(SecurityEvent).filter(at__lt=now - KEPT_FOR)
