"""Where a case is handed in, as its calendar."""

from cases.calendars import Calendar
from cases.models import Case


def calendar_of(case: Case) -> Calendar:
    """Until a post says more, one applies where one lives; a day is the agency's day."""
    return Calendar(host=case.candidate.residence_country, zone=case.agency.time_zone)
