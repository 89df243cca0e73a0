"""Signed-in browsers of the staff: ended by idleness, by age, or by a person, from the next request on."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from relo.accounts.models import Membership
from relo.accounts.roles import Permission
from relo.accounts.security_log import note_of_member
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import digest_of
from relo.accounts.sign_in_models import StaffSession
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotFound
from relo.core.scoping import scoped_agency_id

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
CONFIRMED_FOR = timedelta(minutes=15)
SEEN_RESOLUTION = timedelta(minutes=1)  # one write a minute, not one a page

# Edge and Opera call themselves Chrome as well, and everybody calls themselves Safari.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chrome"), ("Safari/", "Safari"))


def browser_family(user_agent: str) -> str:
    return next((family for mark, family in _BROWSERS if mark in user_agent), "")


def start_session(*, key: str, user_id: int, user_agent: str) -> StaffSession:
    now = clock.now()
    session, _created = StaffSession.objects.get_or_create(
        key_digest=digest_of(key),
        defaults={
            "user_id": user_id,
            "browser": browser_family(user_agent),
            "started_at": now,
            "last_seen_at": now,
            "confirmed_at": now,
        },
    )
    return session


def session_in_force(*, key: str, user_id: int, user_agent: str) -> StaffSession | None:
    """The session, if it is neither ended nor idle nor too old; notes that it was seen.

    A key that was not seen before begins now. Signing in writes the row in the same request, so only a session from
    before there were rows can come without one, and Django itself ends that ten hours after it was made.
    """
    session = StaffSession.objects.filter(key_digest=digest_of(key)).first()
    if session is None:
        return start_session(key=key, user_id=user_id, user_agent=user_agent)
    now = clock.now()
    if session.user_id != user_id or not is_alive(session, now):
        return None
    if now - session.last_seen_at > SEEN_RESOLUTION:
        session.last_seen_at = now
        StaffSession.objects.filter(pk=session.pk).update(last_seen_at=now)
    return session


def is_alive(session: StaffSession, now: datetime) -> bool:
    return session.ended_at is None and now - session.last_seen_at < IDLE and now - session.started_at < LONGEST


def live_sessions(user_id: int) -> QuerySet[StaffSession]:
    now = clock.now()
    return StaffSession.objects.filter(
        user_id=user_id, ended_at=None, last_seen_at__gt=now - IDLE, started_at__gt=now - LONGEST
    ).order_by("-last_seen_at", "-pk")


def confirm_session(session_id: int) -> None:
    """The person has just proved again who they are."""
    StaffSession.objects.filter(pk=session_id).update(confirmed_at=clock.now())


def is_confirmed(session: StaffSession) -> bool:
    return clock.now() - session.confirmed_at < CONFIRMED_FOR


def renew_key(*, session_id: int, key: str) -> None:
    """The same session under a new key: it grows no younger by that."""
    StaffSession.objects.filter(pk=session_id).update(key_digest=digest_of(key))


def end_session(key: str) -> None:
    StaffSession.objects.filter(key_digest=digest_of(key), ended_at=None).update(ended_at=clock.now())


def end_own_session(*, session_id: int, actor: Actor) -> None:
    if not StaffSession.objects.filter(pk=session_id, user_id=int(actor.ref)).exists():
        raise NotFound("not_found", _("There is no such session."))
    StaffSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=clock.now())


def end_other_sessions(*, keep: int, actor: Actor) -> int:
    """Everywhere but here; how many that ended."""
    others = live_sessions(int(actor.ref)).exclude(pk=keep)
    return others.order_by().update(ended_at=clock.now())


def end_sessions_of_user(user_id: int) -> int:
    return live_sessions(user_id).order_by().update(ended_at=clock.now())


@transaction.atomic
def end_sessions_of_member(*, membership_id: int, actor: Actor) -> int:
    """Sign a member of one's own agency out everywhere; how many sessions that ended."""
    membership = member_in_scope(membership_id, actor)
    ended = end_sessions_of_user(membership.user_id)
    note_of_member(SecurityAct.SESSIONS_ENDED, membership=membership, actor=actor, data={"count": str(ended)})
    return ended


def member_in_scope(membership_id: int, actor: Actor) -> Membership:
    """Of one's own agency, for whoever manages its members."""
    actor.require(Permission.MANAGE_MEMBERS)
    membership = Membership.objects.filter(pk=membership_id, agency_id=scoped_agency_id()).first()
    if membership is None:
        raise NotFound("not_found", _("There is no such member."))
    return membership
