"""How many mails somebody may ask for who is not signed in: the staff for a new password, candidates for a link."""

import math
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from relo.accounts.digests import counting_key
from relo.core.counting import Count, count
from relo.core.errors import ReloError

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


def count_mail(rows: type[Count], *, email: str, network: str, now: datetime) -> None:
    """One more, or TooManyRequests."""
    for key, most in (
        (counting_key("mail", email=email, network=network), OF_AN_ADDRESS_FROM_A_NETWORK),
        (counting_key("mail", email=email), OF_AN_ADDRESS),
        (counting_key("mail", network=network), OF_A_NETWORK),
    ):
        wait = count(rows, key, most=most, within=WITHIN, now=now)
        if wait is not None:
            raise TooManyRequests(wait)
