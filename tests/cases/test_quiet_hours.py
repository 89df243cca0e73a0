"""When a mail may reach somebody, by the clock where they live. No database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.quiet_hours import quiet_until

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
)


def until(moment: str, zone: str, first: int = 8, end: int = 20) -> str:
    """The moment, in UTC, and when it may go, as it reads there."""
    opens = quiet_until(datetime.fromisoformat(moment).replace(tzinfo=UTC), ZoneInfo(zone), first, end)
    return "" if opens is None else f"{opens.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("moment", "zone", "opens"),
    [
        ("2026-11-26T12:00", "Europe/Berlin", ""),
        ("2026-11-26T06:59", "Europe/Berlin", "2026-11-26 08:00"),
        ("2026-11-26T07:00", "Europe/Berlin", ""),
        ("2026-11-26T18:59", "Europe/Berlin", ""),
        ("2026-11-26T19:00", "Europe/Berlin", "2026-11-27 08:00"),
        ("2026-11-26T12:00", "Asia/Shanghai", "2026-11-27 08:00"),
        ("2026-11-26T18:00", "Asia/Shanghai", "2026-11-27 08:00"),  # two in the morning there
        # The night on which clocks go forward, and the one on which they go back.
        ("2027-03-27T20:00", "Europe/Berlin", "2027-03-28 08:00"),
        ("2027-10-30T20:00", "Europe/Berlin", "2027-10-31 08:00"),
    ],
)
def test_mails_go_by_day_where_the_candidate_lives(moment, zone, opens):
    assert until(moment, zone) == opens


def test_the_night_is_an_hour_shorter_or_longer_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    lengths = []
    for day in (datetime(2027, 3, 27, 20, tzinfo=berlin), datetime(2027, 10, 30, 20, tzinfo=berlin)):
        evening = day.astimezone(UTC)
        opens = quiet_until(evening, berlin, 8, 20)
        assert opens is not None
        lengths.append((opens - evening) / timedelta(hours=1))
    assert lengths == [11, 13]


def test_where_the_first_hour_does_not_exist_that_day_it_opens_at_the_next_there_is():
    assert until("2027-03-28T00:30", "Europe/Berlin", first=2) == "2027-03-28 03:00"


def test_an_agency_without_quiet_hours_holds_nothing_back():
    assert {until(f"2026-11-26T{hour:02}:30", "Asia/Shanghai", 0, 24) for hour in range(24)} == {""}


@given(
    minutes=st.integers(0, 5 * 366 * 24 * 60),
    zone=st.sampled_from(ZONES),
    first=st.integers(0, 12),
    end=st.integers(13, 24),
)
def test_what_waits_goes_within_a_day_at_an_hour_that_is_not_quiet(minutes, zone, first, end):
    now, where = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), ZoneInfo(zone)
    opens = quiet_until(now, where, first, end)
    if opens is None:
        assert first <= now.astimezone(where).hour < end
        return
    assert now < opens <= now + timedelta(hours=26)
    assert quiet_until(opens, where, first, end) is None
