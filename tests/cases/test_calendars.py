"""Which days a post works, and counting by them. No database."""

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendars import (
    Calendar,
    add_days_of,
    add_working_days,
    is_estimate,
    is_open,
    next_open_day,
    published_until,
)

BERLIN = Calendar(host="DE")
CAIRO = Calendar(host="EG")  # works from Sunday to Thursday


@pytest.mark.parametrize(
    ("day", "calendar", "opens"),
    [
        (date(2026, 10, 5), BERLIN, False),  # a Monday of China's National Day week
        (date(2026, 10, 8), BERLIN, True),
        (date(2026, 10, 10), BERLIN, True),  # a Saturday that China makes up
        (date(2026, 10, 17), BERLIN, False),
        (date(2026, 12, 25), BERLIN, False),  # Christmas Day, where the post stands
        (date(2026, 12, 25), Calendar(), True),
        (date(2026, 11, 6), CAIRO, False),  # a Friday
        (date(2026, 11, 8), CAIRO, True),  # a Sunday
        (date(2026, 11, 6), Calendar(host="UTO"), True),  # of a country nobody knows: China's days and its weekend
        (date(2026, 11, 7), Calendar(host="UTO"), False),
    ],
)
def test_a_post_keeps_the_holidays_of_both_countries(day, calendar, opens):
    assert is_open(day, calendar) is opens


def test_days_a_post_names_itself_are_closed_whatever_else_they_are():
    closed = Calendar(host="DE", closed=frozenset({date(2026, 10, 8), date(2026, 10, 10)}))

    assert not is_open(date(2026, 10, 8), closed) and not is_open(date(2026, 10, 10), closed)


def test_a_make_up_day_that_is_a_holiday_of_the_host_stays_closed():
    """China makes up Saturday 9 May 2026; Russia keeps Victory Day."""
    assert is_open(date(2026, 5, 9), BERLIN)
    assert not is_open(date(2026, 5, 9), Calendar(host="RU"))


def test_four_working_days_over_the_national_holidays():
    assert add_working_days(date(2026, 9, 30), 4, BERLIN) == date(2026, 10, 12)
    assert add_days_of("working", date(2026, 9, 30), 4, BERLIN) == date(2026, 10, 12)
    assert add_days_of("calendar", date(2026, 9, 30), 4, BERLIN) == date(2026, 10, 4)


def test_a_closed_day_gives_way_to_the_next_open_one():
    assert next_open_day(date(2026, 10, 1), BERLIN) == date(2026, 10, 8)
    assert next_open_day(date(2026, 10, 8), BERLIN) == date(2026, 10, 8)


def test_what_china_has_not_published_is_an_estimate():
    last = published_until(BERLIN)

    assert last.year >= 2026 and (last.month, last.day) == (12, 31)
    assert not is_estimate(last - timedelta(days=5), last, BERLIN)
    assert is_estimate(last, last + timedelta(days=1), BERLIN)
    assert is_estimate(last + timedelta(days=1), last, BERLIN)


def test_of_a_country_nobody_knows_every_count_is_an_estimate():
    assert is_estimate(date(2026, 11, 2), date(2026, 11, 6), Calendar(host="UTO"))


def test_days_the_moon_decides_are_estimates():
    assert is_estimate(date(2026, 5, 25), date(2026, 5, 29), CAIRO)
    assert not is_estimate(date(2026, 11, 2), date(2026, 11, 6), CAIRO)


def test_beyond_what_is_published_the_days_the_law_names_are_still_closed():
    """The festival itself is fixed by law; which weekends are swapped for it is not known yet."""
    assert not is_open(date(2028, 10, 2), BERLIN)
    assert add_working_days(date(2199, 12, 31), 3, BERLIN) > date(2199, 12, 31)


@pytest.mark.parametrize("year", range(2024, 2027))
def test_every_weekend_day_china_makes_up_is_told_by_the_library(year):
    """If a release of it stopped telling them, counts over the long holidays would be wrong without a word."""
    made_up = {day for day in holidays.country_holidays("CN", years=year).weekend_workdays if day.year == year}

    assert len(made_up) >= 5 and all(is_open(day, Calendar()) for day in made_up)


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CALENDARS = st.builds(
    Calendar,
    host=st.sampled_from(["", "DE", "EG", "IN", "US", "NP", "UTO"]),
    closed=st.frozensets(DAYS, max_size=5),
)
COUNTS = st.integers(1, 40)


@given(DAYS, COUNTS, CALENDARS)
def test_counting_ends_on_an_open_day_and_passes_exactly_so_many(start, count, calendar):
    end = add_working_days(start, count, calendar)
    passed = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]

    assert is_open(end, calendar) and sum(is_open(day, calendar) for day in passed) == count


@given(DAYS, COUNTS, COUNTS, CALENDARS)
def test_counting_in_two_steps_is_counting_at_once(start, first, second, calendar):
    in_two = add_working_days(add_working_days(start, first, calendar), second, calendar)

    assert in_two == add_working_days(start, first + second, calendar)


@given(DAYS, COUNTS, CALENDARS)
def test_counting_back_undoes_counting_on(start, count, calendar):
    opened = next_open_day(start, calendar)

    assert add_working_days(add_working_days(opened, count, calendar), -count, calendar) == opened


@given(DAYS, CALENDARS)
def test_the_next_open_day_is_open_and_none_before_it_is(day, calendar):
    found = next_open_day(day, calendar)

    assert is_open(found, calendar)
    assert not any(is_open(day + timedelta(days=n), calendar) for n in range((found - day).days))


@given(DAYS, COUNTS, CALENDARS, DAYS)
def test_one_more_closed_day_never_brings_the_end_nearer(start, count, calendar, closed):
    more = Calendar(host=calendar.host, closed=calendar.closed | {closed})

    assert add_working_days(start, count, more) >= add_working_days(start, count, calendar)
