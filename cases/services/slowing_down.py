"""Slowing reminders down by the link in a mail: whoever holds it may choose the pace, and nothing else."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import ngettext

from cases.models import Candidate
from cases.services.pausing import set_pace
from cases.slow_down_links import LinkRefused, SlowDownLink
from relo.accounts.digests import counting_key
from relo.accounts.mail_limits import WITHIN
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.counting import count
from relo.core.errors import ReloError
from relo.core.scoping import agency_scope
from relo.portal.models import SignInCount

OF_A_PERSON = 20
REFUSED_OF_A_NETWORK = 60  # of links that are none; mailbox programs press good ones for whole cities


class TooOften(ReloError):
    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        sentence = ngettext(
            "This was tried too often. Nothing was changed; try again in %(minutes)s minute.",
            "This was tried too often. Nothing was changed; try again in %(minutes)s minutes.",
            minutes,
        )
        super().__init__("too_often", sentence % {"minutes": minutes})
        self.seconds = seconds


def candidate_of(link: SlowDownLink) -> Candidate:
    """Whom the link is for, in the scope of their agency."""
    candidate = Candidate.objects.select_related("agency").filter(pk=link.candidate_id).first()
    if candidate is None or not link.is_for(candidate):
        raise LinkRefused("unknown")
    return candidate


@transaction.atomic
def slow_down(*, link: SlowDownLink, pace: str) -> Candidate:
    """The candidate's wish, as they would tell it in the portal."""
    with agency_scope(link.agency_id):
        candidate = candidate_of(link)
        _count(counting_key("slow_down", since=str(candidate.pk)), OF_A_PERSON)
        return set_pace(candidate_id=candidate.pk, pace=pace, actor=_candidate_actor(link.agency_id, candidate.pk))


@transaction.atomic
def count_refused(network: str) -> None:
    """Somebody sent a link that is none."""
    _count(counting_key("slow_down", network=network), REFUSED_OF_A_NETWORK)


def _candidate_actor(agency_id: UUID, candidate_id: UUID) -> Actor:
    return Actor(ActorKind.CANDIDATE, str(candidate_id), agency_id)


def _count(key: str, most: int) -> None:
    wait = count(SignInCount, key, most=most, within=WITHIN, now=clock.now())
    if wait is not None:
        raise TooOften(-(-int(wait.total_seconds() * 1000) // 1000))
