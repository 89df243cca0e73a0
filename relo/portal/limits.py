"""How often may be asked. Counted in the database, one at a time: for all processes, and beyond a restart."""

import math
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from relo.core.errors import ReloError
from relo.portal.digests import address_from_network_key, address_key, network_key
from relo.portal.models import SignInCount

WITHIN = timedelta(hours=1)
OF_AN_ADDRESS_FROM_A_NETWORK = 5
OF_AN_ADDRESS = 30  # from wherever: strangers elsewhere must not use up what the person has
OF_A_NETWORK = 60  # a whole office may sit behind one address


class TooManyRequests(ReloError):
    """The same answer for an address we know and for one we do not."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        minutes = math.ceil(wait.total_seconds() / 60)
        self.seconds = math.ceil(wait.total_seconds())
        super().__init__(
            "too_many_requests",
            ngettext(
                "Too many mails were asked for. Use the latest one, or try again in %(minutes)s minute.",
                "Too many mails were asked for. Use the latest one, or try again in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes},
        )


def count_request(*, email: str, network: str, now: datetime) -> None:
    count(address_from_network_key(email, network), most=OF_AN_ADDRESS_FROM_A_NETWORK, now=now)
    count(address_key(email), most=OF_AN_ADDRESS, now=now)
    count(network_key(network), most=OF_A_NETWORK, now=now)


def count(key: str, *, most: int, now: datetime) -> None:
    """One more, or TooManyRequests. Inside the transaction of what is counted: what is rolled back does not count."""
    row = None
    while row is None:  # an old row may be purged before it is locked; the next one is ours
        SignInCount.objects.bulk_create([SignInCount(key=key, since=now)], ignore_conflicts=True)
        row = SignInCount.objects.select_for_update().filter(pk=key).first()
    if row.since <= now - WITHIN:
        row.asked, row.since = 0, now
    if row.asked >= most:
        raise TooManyRequests(row.since + WITHIN - now)
    row.asked += 1
    row.save(update_fields=["asked", "since"])
