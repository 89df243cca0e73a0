"""Rows of signing in that have had their time. Ended sessions stay for a month, to look into what happened."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from relo.accounts.mail_limits import WITHIN
from relo.portal.models import PortalSession, SignInCode, SignInCount, SignInRequest

REQUESTS_STAY = timedelta(days=1)
SESSIONS_STAY = timedelta(days=30)


def requests(now: datetime) -> QuerySet[SignInRequest]:
    """Their codes go with them."""
    return SignInRequest.objects.filter(requested_at__lt=now - REQUESTS_STAY)


def codes_from_the_shell(now: datetime) -> QuerySet[SignInCode]:
    return SignInCode.objects.filter(request=None, expires_at__lt=now - REQUESTS_STAY)


def counts(now: datetime) -> QuerySet[SignInCount]:
    return SignInCount.objects.filter(since__lt=now - WITHIN)


def sessions(now: datetime) -> QuerySet[PortalSession]:
    before = now - SESSIONS_STAY
    return PortalSession.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before))
