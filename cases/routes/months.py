"""Calendar months. A month after the 31st ends on the last day of the shorter month."""

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        return date.min if months < 0 else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    return date.fromordinal(max(1, min(day.toordinal() + days, date.max.toordinal())))


def whole_months(start: date, end: date) -> int:
    """How many months can be added to `start` without passing `end`; negative if `end` is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def full_years(since: date, on: date) -> int:
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
