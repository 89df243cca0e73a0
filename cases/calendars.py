"""Days on which a post works. Pure: the day is given, and holidays come from the `holidays` library.

A post closes on the public holidays of China and of the country it stands in, and opens on the weekend days that China
makes up for long holidays, unless its own country keeps a holiday then. China publishes those days a year ahead: what
reaches beyond the last published year is an estimate, and says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

from cases.routes.months import add_days
from cases.routes.values import DayKind

CHINA = "CN"
SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Calendar:
    """`host`: the country a post stands in, empty if not told. `closed`: days it names itself. `zone`: where it is."""

    host: str = ""
    closed: frozenset[date] = frozenset()
    zone: str = "UTC"


CHINA_ALONE = Calendar()


@dataclass(frozen=True, slots=True)
class _Year:
    off: frozenset[date]
    made_up: frozenset[date]
    guessed: frozenset[date]  # days the moon decides, reckoned ahead
    weekend: frozenset[int]


def is_open(day: date, calendar: Calendar) -> bool:
    if day in calendar.closed or (calendar.host and day in _year(calendar.host, day.year).off):
        return False
    china = _year(CHINA, day.year)
    if day in china.made_up:
        return True
    weekend = _year(calendar.host, day.year).weekend if calendar.host else china.weekend
    return day not in china.off and day.weekday() not in weekend


def next_open_day(day: date, calendar: Calendar) -> date:
    """The day itself, if the post is open."""
    return next((each for each in _days(day, 1) if is_open(each, calendar)), day)


def add_working_days(start: date, count: int, calendar: Calendar) -> date:
    """The day on which `count` working days have passed since `start`, which is not counted; before it if negative."""
    if count == 0:
        return start
    step, day = (1, start) if count > 0 else (-1, start)
    passed = 0
    for day in _days(add_days(start, step), step):
        passed += is_open(day, calendar)
        if passed == abs(count):
            break
    return day


def add_days_of(kind: DayKind, start: date, count: int, calendar: Calendar) -> date:
    """Legal deadlines count calendar days; how long a post takes counts its working days."""
    return add_working_days(start, count, calendar) if kind == "working" else add_days(start, count)


def published_until(calendar: Calendar) -> date:
    """The last day whose opening is known; before 1900 if nothing is known of the country."""
    if calendar.host and not _is_known(calendar.host):
        return date.min
    return date(_last_published_year(), 12, 31)


def is_estimate(start: date, end: date, calendar: Calendar) -> bool:
    """Whether counting from one day to the other passes days of which nobody knows yet if the post is open."""
    first, last = min(start, end), max(start, end)
    if last > published_until(calendar):
        return True
    hosts = (_year(calendar.host, year) for year in range(first.year, last.year + 1)) if calendar.host else ()
    return any(first <= day <= last for year in hosts for day in year.guessed)


def _days(day: date, step: int) -> Iterator[date]:
    while date.min < day < date.max:
        yield day
        day = add_days(day, step)


@lru_cache(maxsize=512)
def _year(country: str, year: int) -> _Year:
    if not _is_known(country):
        return _Year(frozenset(), frozenset(), frozenset(), SATURDAY_AND_SUNDAY)
    kept = holidays.country_holidays(country, years=year, language="en_US")
    return _Year(
        off=frozenset(day for day in kept if day.year == year),
        made_up=frozenset(kept.weekend_workdays) if country == CHINA else frozenset(),
        guessed=frozenset(day for day, name in kept.items() if "estimated" in name),
        weekend=frozenset(kept.weekend),
    )


@lru_cache(maxsize=1)
def _last_published_year() -> int:
    """Weekend days are swapped by a notice each autumn; the library lists a year once it has read its notice."""
    return int(max(holidays.country_holidays(CHINA).special_public_holidays))


@lru_cache(maxsize=1)
def _supported() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))


def _is_known(country: str) -> bool:
    return country in _supported()
