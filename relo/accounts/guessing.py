"""Guessing gets slow: counted in the database for each account, known or not, whatever process or address it is."""

from datetime import timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from relo.accounts.sign_in_models import WrongTries
from relo.core import clock
from relo.core.errors import ReloError

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class TooManyTries(ReloError):
    status = 429


def account_of_email(email: str) -> str:
    """The same for an address that nobody has; the address itself is not kept."""
    return salted_hmac("relo.accounts.guessing", email.strip().casefold(), algorithm="sha256").hexdigest()


def account_of_factor(user_id: int) -> str:
    return f"factor:{user_id}"


@transaction.atomic
def take_try(account: str) -> None:
    """Counts the try before it is judged, so that many at once are no more than one after another."""
    now = clock.now()
    row, _created = WrongTries.objects.select_for_update().get_or_create(account=account, defaults={"last_at": now})
    if now - row.last_at > FORGOTTEN_AFTER:
        row.tries, row.wait_until = 0, None
    if row.wait_until is not None and now < row.wait_until:
        minutes = -((now - row.wait_until) // timedelta(minutes=1))
        sentence = ngettext(
            "Too many wrong tries. Wait %(minutes)d minute, then try again.",
            "Too many wrong tries. Wait %(minutes)d minutes, then try again.",
            minutes,
        )
        raise TooManyTries("too_many_tries", sentence % {"minutes": minutes})
    row.tries += 1
    row.last_at = now
    if row.tries >= FREE_TRIES:
        row.wait_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries - FREE_TRIES, 10))
    row.save()


def forget_tries(account: str) -> None:
    """It was right."""
    WrongTries.objects.filter(account=account).delete()
