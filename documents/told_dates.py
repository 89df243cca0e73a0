"""The days that stand on a document, as whoever sends or checks it tells them."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.models import Case
from relo.core import clock
from relo.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Dates:
    issued_on: date | None = None
    expires_on: date | None = None


NO_DATES = Dates()


def refuse_dates(dates: Dates, case: Case) -> None:
    if dates.issued_on is not None and dates.issued_on > clock.today(case.agency.time_zone):
        message = _("The day of issue lies in the future.")
        raise Invalid("date_invalid", message, errors={"issued_on": message})
    if dates.issued_on and dates.expires_on and dates.expires_on < dates.issued_on:
        message = _("The document expires before it was issued. Check both dates.")
        raise Invalid("dates_cross", message, errors={"expires_on": message})
