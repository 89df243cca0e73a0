"""How long a document serves. Pure. Ages count from the document's own dates, against the day of the hand-in."""

from datetime import date

from cases.routes.months import add_days, add_months
from cases.routes.schema import Requirement


def is_undated(requirement: Requirement, issued_on: date | None, expires_on: date | None) -> bool:
    """Its age counts, and the day it counts from is not known."""
    life = requirement.shelf_life
    return life is not None and (issued_on if life.counts_from == "issued_on" else expires_on) is None


def valid_until(requirement: Requirement, issued_on: date | None, expires_on: date | None) -> date | None:
    """The last day on which the document can be handed in; None if it keeps, or its date is not known."""
    life = requirement.shelf_life
    if life is None:
        return expires_on
    if life.counts_from == "expires_on":
        if expires_on is None or life.must_outlast_hand_in_months is None:
            return expires_on
        return _last_day_outlasted(expires_on, life.must_outlast_hand_in_months)
    if issued_on is None:
        return expires_on
    by_age = add_days(issued_on, life.days or 0) if life.months is None else add_months(issued_on, life.months)
    return by_age if expires_on is None else min(by_age, expires_on)


def lapses_before(requirement: Requirement, issued_on: date | None, expires_on: date | None, hand_in: date) -> bool:
    until = valid_until(requirement, issued_on, expires_on)
    return until is not None and until < hand_in


def first_expiry(requirement: Requirement, hand_in: date) -> date:
    """The earliest day of expiry with which the document serves on the day of the hand-in."""
    life = requirement.shelf_life
    return add_months(hand_in, (life and life.must_outlast_hand_in_months) or 0)


def first_issue(requirement: Requirement, hand_in: date) -> date | None:
    """The earliest day of issue with which the document is young enough on the day of the hand-in."""
    life = requirement.shelf_life
    if life is None or life.counts_from != "issued_on":
        return None
    if life.months is None:
        return add_days(hand_in, -(life.days or 0))
    day = add_months(hand_in, -life.months)
    while add_months(day, life.months) < hand_in:  # a month after the 31st ends earlier than the 31st
        day = add_days(day, 1)
    return day


def _last_day_outlasted(expires_on: date, months: int) -> date:
    """The last day that, with the months added, does not pass the expiry."""
    day = add_months(expires_on, -months)
    # 31 August and six months is 28 February: several days may share one day at the end of a shorter month.
    while day < expires_on and add_months(add_days(day, 1), months) <= expires_on:
        day = add_days(day, 1)
    return day
