"""Where a case is handed in, as its calendar."""

from cases.calendars import Calendar
from cases.models import Case
from cases.packs import in_force


def calendar_of(case: Case) -> Calendar:
    """That of its post; while none is chosen, one applies where one lives, and a day is the agency's day."""
    if case.post_edition_id is None:
        return Calendar(host=case.candidate.residence_country, zone=case.agency.time_zone)
    edition = in_force(case.post_edition_id)
    holidays = edition.overlay.holidays
    return Calendar(
        host=(holidays and holidays.country) or edition.country,
        closed=frozenset(holidays.closed_on if holidays else ()),
        zone=edition.time_zone,
    )
