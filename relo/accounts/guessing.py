"""Guessing gets slow: counted in the database, for accounts known or not, whatever process it is.

A password is counted for the account from one network first, so that a few strangers keep nobody waiting; then
for the account from wherever, and for the network whatever the account: one password tried on many is guessing too.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import ngettext

from relo.accounts.digests import counting_key
from relo.accounts.sign_in_models import StaffCount, WrongTries
from relo.core import clock
from relo.core.counting import count, count_back
from relo.core.errors import ReloError

FREE_TRIES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
WITHIN = timedelta(hours=1)
OF_AN_ACCOUNT = 50
OF_A_NETWORK = 60  # wrong ones only, and a whole office may sit behind one address


class TooManyTries(ReloError):
    status = 429

    def __init__(self, wait: timedelta) -> None:
        minutes = -(-wait // timedelta(minutes=1))
        sentence = ngettext(
            "Too many wrong tries. Wait %(minutes)d minute, then try again.",
            "Too many wrong tries. Wait %(minutes)d minutes, then try again.",
            minutes,
        )
        super().__init__("too_many_tries", sentence % {"minutes": minutes})


def account_of_factor(user_id: int) -> str:
    return f"factor:{user_id}"


@transaction.atomic
def take_password_try(email: str, network: str) -> None:
    take_try(counting_key("password", email=email, network=network))
    now = clock.now()
    for key, most in (
        (counting_key("password", email=email), OF_AN_ACCOUNT),
        (counting_key("password", network=network), OF_A_NETWORK),
    ):
        wait = count(StaffCount, key, most=most, within=WITHIN, now=now)
        if wait is not None:
            raise TooManyTries(wait)


@transaction.atomic
def password_was_right(email: str, network: str) -> None:
    """It takes back its own try. What others tried elsewhere stays counted."""
    forget_password_tries(email, network)
    for key in (counting_key("password", email=email), counting_key("password", network=network)):
        count_back(StaffCount, key)


def forget_password_tries(email: str, network: str) -> None:
    forget_tries(counting_key("password", email=email, network=network))


@transaction.atomic
def take_try(account: str) -> None:
    """Counts the try before it is judged, so that many at once are no more than one after another."""
    now = clock.now()
    row, _created = WrongTries.objects.select_for_update().get_or_create(account=account, defaults={"last_at": now})
    if now - row.last_at > FORGOTTEN_AFTER:
        row.tries, row.wait_until = 0, None
    if row.wait_until is not None and now < row.wait_until:
        raise TooManyTries(row.wait_until - now)
    row.tries += 1
    row.last_at = now
    if row.tries >= FREE_TRIES:
        row.wait_until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries - FREE_TRIES, 10))
    row.save()


def forget_tries(account: str) -> None:
    """It was right."""
    WrongTries.objects.filter(account=account).delete()
