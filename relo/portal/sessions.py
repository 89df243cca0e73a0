"""Sessions of candidates: kept in the database, ended by idleness, by age, or by a person."""

from datetime import timedelta
from uuid import UUID

from relo.core import clock
from relo.portal.digests import digest_of, new_secret
from relo.portal.models import PortalSession

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
    """The session, if it is neither ended nor idle nor too old; notes that it was seen."""
    if not key:
        return None
    now = clock.now()
    alive = PortalSession.objects.filter(ended_at=None, expires_at__gt=now, last_seen_at__gt=now - IDLE)
    session = alive.filter(key_digest=digest_of(key)).first()
    if session is not None and now - session.last_seen_at > SEEN_RESOLUTION:
        PortalSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return session


def end_session(key: str) -> None:
    if key:
        PortalSession.objects.filter(key_digest=digest_of(key), ended_at=None).update(ended_at=clock.now())


def end_sessions_of(candidate_id: UUID) -> int:
    """Sign a person out everywhere; how many sessions that ended."""
    return PortalSession.objects.filter(candidate_id=candidate_id, ended_at=None).update(ended_at=clock.now())
