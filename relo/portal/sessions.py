"""Sessions of candidates: kept in the database, ended by idleness, by age, or by a person."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from relo.core import clock
from relo.portal.digests import digest_of, new_secret
from relo.portal.models import PortalSession, WithdrawnAccess

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=4)
SEEN_RESOLUTION = timedelta(minutes=1)  # one write a minute, not one a page


def start_session(*, agency_id: UUID, candidate_id: UUID) -> str:
    """The key of a new session, in the clear this once."""
    key, now = new_secret(), clock.now()
    PortalSession.objects.create(
        agency_id=agency_id,
        candidate_id=candidate_id,
        key_digest=digest_of(key),
        started_at=now,
        last_seen_at=now,
        expires_at=now + LONGEST,
    )
    return key


def session_in_force(key: str) -> PortalSession | None:
    """The session, unless it is ended, idle or too old, or access was withdrawn; notes that it was seen."""
    if not key:
        return None
    now = clock.now()
    withdrawn = WithdrawnAccess.objects.filter(candidate_id=OuterRef("candidate_id"))
    session = _alive().filter(~Exists(withdrawn), key_digest=digest_of(key)).first()
    if session is not None and now - session.last_seen_at > SEEN_RESOLUTION:
        PortalSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return session


def sessions_of(candidate_id: UUID | str) -> QuerySet[PortalSession]:
    """Where this person is signed in now, the latest first."""
    return _alive().filter(candidate_id=candidate_id).order_by("-started_at", "-id")


def end_session(key: str) -> None:
    if key:
        PortalSession.objects.filter(key_digest=digest_of(key), ended_at=None).update(ended_at=clock.now())


def end_sessions_of(candidate_id: UUID) -> int:
    """Sign a person out everywhere; how many sessions that ended."""
    return PortalSession.objects.filter(candidate_id=candidate_id, ended_at=None).update(ended_at=clock.now())


def end_session_of(candidate_id: UUID | str, session_id: int) -> bool:
    """One of a person's own sessions; False when there is no such one."""
    own = PortalSession.objects.filter(candidate_id=candidate_id, pk=session_id, ended_at=None)
    return own.update(ended_at=clock.now()) == 1


def end_other_sessions(candidate_id: UUID | str, key: str) -> int:
    """All but the one with this key."""
    others = PortalSession.objects.filter(candidate_id=candidate_id, ended_at=None)
    return others.exclude(key_digest=digest_of(key)).update(ended_at=clock.now())


def _alive() -> QuerySet[PortalSession]:
    now = clock.now()
    return PortalSession.objects.filter(ended_at=None, expires_at__gt=now, last_seen_at__gt=now - IDLE)
