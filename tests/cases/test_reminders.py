"""Which reminders a case calls for, and at which moment. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.calendars import Calendar
from cases.reminders import NINE, CaseNow, ItemNow, Planned, instant, planned, worth_planning
from cases.routes.schema import ReminderRule, Trigger
from cases.routes.values import Evidence, Text

DAY = date(2026, 11, 24)
EVIDENCE = Evidence(level="agency_policy", checked_on=DAY, review_by=DAY)


def rule(code: str = "R-ITEM", offsets: tuple[int, ...] = (7,), **changes: Any) -> ReminderRule:
    trigger = changes.pop("trigger", {"event": "item_requested"})
    return ReminderRule(
        code=code,
        trigger=Trigger(**trigger),
        offsets_days=offsets,
        to=changes.pop("to", "candidate"),
        text=Text(en="Still open.", zh="仍未办理。"),
        evidence=EVIDENCE,
        **changes,
    )


def item(code: str = "degree", **changes: Any) -> ItemNow:
    known: dict[str, Any] = {
        "state": "requested", "provider": "candidate", "is_confirmed": True, "is_reached": True, "asked_on": DAY,
    }  # fmt: skip
    return ItemNow(code=code, **{**known, **changes})


def case(*items: ItemNow, **changes: Any) -> CaseNow:
    known: dict[str, Any] = {
        "stage": "collect", "stage_entered_on": DAY, "is_handed_in": False, "planned_hand_in": None, "facts": {},
    }  # fmt: skip
    return CaseNow(items=items, **{**known, **changes})


def days(rules: list[ReminderRule], now: CaseNow) -> list[tuple[str, str]]:
    return [(one.item, one.due_on.isoformat()) for one in planned(rules, now)]


def test_an_open_item_is_asked_for_again_after_each_offset():
    assert days([rule(offsets=(7, 14))], case(item())) == [("degree", "2026-12-01"), ("degree", "2026-12-08")]


@pytest.mark.parametrize(
    "quiet",
    [
        {"state": "submitted"},
        {"state": "accepted"},
        {"state": "waived"},
        {"state": "cannot_provide"},
        {"provider": "employer"},
        {"is_confirmed": False},
        {"is_reached": False},
    ],
)
def test_nobody_is_asked_for_what_is_not_theirs_to_give_now(quiet):
    assert days([rule()], case(item(**quiet))) == []


def test_a_rule_that_names_its_item_is_about_no_other():
    rules = [rule(trigger={"event": "item_requested", "item": "degree"})]

    assert days(rules, case(item("degree"), item("cv"))) == [("degree", "2026-12-01")]


def test_changes_count_from_the_day_they_were_asked():
    rules = [rule("R-CHANGES", (3,), trigger={"event": "changes_requested"})]
    given_back = item(state="changes_requested", changes_asked_on=date(2026, 12, 10))

    assert days(rules, case(given_back, item("cv"))) == [("degree", "2026-12-13")]


def test_a_document_that_lapses_is_told_of_until_it_was_handed_in():
    rules = [rule("R-POLICE", (-45, -14), trigger={"event": "date", "item": "police", "item_date": "valid_until"})]
    police = item("police", state="accepted", valid_until=date(2027, 3, 1))

    assert days(rules, case(police)) == [("police", "2027-01-15"), ("police", "2027-02-15")]
    assert days(rules, case(police, is_handed_in=True)) == []
    assert days(rules, case(replace(police, state="requested"))) == []


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({"fact": "passport.expires_on"}, "2027-05-01"),
        ({"fact": "travel_on"}, "2026-12-30"),
        ({"fact": "planned_hand_in"}, "2027-01-10"),
        ({"on": date(2026, 12, 31)}, "2026-12-31"),
        ({"fact": "travel_on", "plus_days": 10}, "2027-01-09"),
        ({"fact": "travel_on", "plus_days_fact": "post.form_days"}, "2027-01-29"),
    ],
)
def test_a_date_is_that_of_a_fact_or_a_fixed_day(trigger, expected):
    facts = {
        "passport": {"expires_on": datetime(2027, 5, 1, tzinfo=UTC)},
        "travel_on": datetime(2026, 12, 30, tzinfo=UTC),
        "post": {"form_days": 30},
    }

    rules = [rule("R-DATE", (0,), trigger={"event": "date", **trigger})]
    found = planned(rules, case(facts=facts, planned_hand_in=date(2027, 1, 10)))

    assert [one.due_on.isoformat() for one in found] == [expected]


@pytest.mark.parametrize(
    "silent",
    [
        rule(trigger={"event": "date", "fact": "entered_on"}),  # nobody told the day
        rule(trigger={"event": "date", "on": DAY, "plus_days_fact": "post.form_days"}),
        rule(trigger={"event": "date", "on": DAY}, when="visa.rp_required", reads=("visa.rp_required",)),  # unknown
        rule(trigger={"event": "stage_entered", "stage": "arrival"}),
    ],
)
def test_what_cannot_be_told_yields_no_reminder(silent):
    assert planned([silent], case(item())) == []


def test_a_condition_that_holds_lets_the_rule_speak():
    rules = [rule(trigger={"event": "date", "on": DAY}, when="visa.rp_required", reads=("visa.rp_required",))]

    assert len(planned(rules, case(facts={"visa": {"rp_required": True}}))) == 1
    assert planned(rules, case(facts={"visa": {"rp_required": False}})) == []


def test_the_deadline_is_the_day_of_the_duty_not_of_the_reminder():
    entry = {"event": "date", "on": DAY}

    assert planned([rule(offsets=(3,), trigger=entry, due_days=30)], case())[0].deadline_on == date(2026, 12, 24)
    assert planned([rule(offsets=(-30,), trigger=entry)], case())[0].deadline_on == DAY
    assert planned([rule(offsets=(3,), trigger=entry)], case())[0].deadline_on is None


def test_of_what_was_missed_only_the_last_is_made_up():
    wanted = planned([rule(offsets=(7, 14, 21))], case(item()))

    late = worth_planning(wanted, date(2026, 12, 10))

    assert [one.due_on.isoformat() for one in late] == ["2026-12-08", "2026-12-15"]


def test_a_duty_whose_day_is_over_is_not_brought_up_again():
    wanted = planned([rule(offsets=(3, 15), trigger={"event": "date", "on": DAY}, due_days=30)], case())

    assert worth_planning(wanted, date(2026, 12, 24)) != []
    assert worth_planning(wanted, date(2026, 12, 25)) == []


ITEMS = st.builds(
    item,
    st.sampled_from(["degree", "cv", "police"]),
    state=st.sampled_from(["requested", "started", "submitted", "changes_requested", "accepted"]),
    asked_on=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    changes_asked_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    valid_until=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
RULES = [
    rule("R-ITEM", (7, 14, 21, 28)),
    rule("R-CHANGES", (3, 7), trigger={"event": "changes_requested"}),
    rule("R-POLICE", (-45, -14), trigger={"event": "date", "item": "police", "item_date": "valid_until"}),
]


@given(st.lists(ITEMS, max_size=3, unique_by=lambda one: one.code), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_planning_twice_gives_the_same_and_no_reminder_twice(items, today):
    first, second = planned(RULES, case(*items)), planned(RULES, case(*items))

    assert first == second
    assert len({one.key for one in first}) == len(first)
    assert worth_planning(first, today) == worth_planning(second, today)


@given(st.lists(ITEMS, max_size=3, unique_by=lambda one: one.code), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_a_day_later_nothing_is_planned_that_was_not_planned_or_mailed_before(items, today):
    wanted = planned(RULES, case(*items))

    def keys(day: date) -> set[tuple[str, str]]:
        return {one.key for one in worth_planning(wanted, day)}

    assert keys(today + timedelta(days=1)) <= keys(today)


ZONES = ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]


@pytest.mark.parametrize("zone", ZONES)
def test_nine_o_clock_is_nine_o_clock_on_every_day_of_three_years(zone):
    tz = ZoneInfo(zone)
    moments = [instant(date(2026, 1, 1) + timedelta(days=n), NINE, tz) for n in range(3 * 365)]

    assert {moment.astimezone(tz).strftime("%H:%M") for moment in moments} == {"09:00"}
    steps = {later - earlier for earlier, later in pairwise(moments)}
    usual = {timedelta(hours=24)}
    changing = {
        "Asia/Shanghai": usual,
        "Australia/Lord_Howe": usual | {timedelta(hours=23.5), timedelta(hours=24.5)},
    }
    assert steps == changing.get(zone, usual | {timedelta(hours=23), timedelta(hours=25)})


THREE_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(3 * 365)]


def offset_at(day: date, zone: str) -> timedelta | None:
    return datetime.combine(day, time(0), ZoneInfo(zone)).utcoffset()


# As many days on which clocks change as others: no time of day may be special on either.
CHANGING = [
    (zone, day)
    for zone in ZONES
    for day in THREE_YEARS
    if offset_at(day, zone) != offset_at(day + timedelta(days=1), zone)
]
PLACES = st.sampled_from(CHANGING) | st.tuples(st.sampled_from(ZONES), st.sampled_from(THREE_YEARS))
TIMES = st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0, fold=0))


@given(PLACES, TIMES)
def test_any_time_of_any_day_is_that_time_or_the_next_there_is_and_the_first_of_two(place, at):
    (name, day), minute = place, timedelta(minutes=1)
    zone, wanted = ZoneInfo(name), datetime.combine(day, at)

    def read(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    moment = instant(day, at, zone)

    assert wanted <= read(moment) <= wanted + timedelta(hours=1)
    if read(moment) != wanted:  # jumped over: a minute before, it was still earlier than that
        assert read(moment - minute) < wanted
    assert all(read(moment - minute * n) != wanted for n in range(1, 121))


@given(PLACES, TIMES, TIMES)
def test_what_is_due_earlier_on_a_day_comes_no_later(place, one, other):
    (name, day), (first, second) = place, sorted([one, other])

    assert instant(day, first, ZoneInfo(name)) <= instant(day, second, ZoneInfo(name))


def test_clocks_change_twice_a_year_in_three_of_the_four_zones():
    assert {zone: sum(1 for name, _day in CHANGING if name == zone) for zone in ZONES} == {
        "Europe/Berlin": 6, "America/New_York": 6, "Asia/Shanghai": 0, "Australia/Lord_Howe": 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # Clocks go forward: the next time there is.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29 01:00"),
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08 07:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03 15:30"),
        ("Pacific/Apia", date(2011, 12, 30), time(9), "2011-12-30 10:00"),  # a day that was left out
        # Clocks go back: the first of the two.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25 00:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01 05:30"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04 14:45"),
        ("Asia/Shanghai", date(2026, 3, 29), time(2, 30), "2026-03-28 18:30"),
    ],
)
def test_a_time_that_is_missing_or_there_twice(zone, day, at, utc):
    assert instant(day, at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") == utc


def test_the_same_duty_day_and_offset_is_the_same_reminder():
    one = planned([rule()], case(item()))[0]

    assert one.cycle == "degree@2026-11-24+7"
    assert Planned(one.rule, "degree", DAY, -3, DAY - timedelta(days=3), None).cycle == "degree@2026-11-24-3"


def test_working_days_skip_what_the_post_keeps():
    """Ten days of Chinese holidays and make-up days lie between, and German Unity."""
    before_the_holidays = {"event": "date", "on": date(2026, 9, 30)}
    rules = [rule(offsets=(3, 4), trigger=before_the_holidays, day_kind="working", due_days=5)]

    found = planned(rules, case(calendar=Calendar(host="DE")))

    assert [one.due_on.isoformat() for one in found] == ["2026-10-10", "2026-10-12"]
    assert [one.cycle for one in found] == ["@2026-09-30+3w", "@2026-09-30+4w"]
    assert {one.deadline_on for one in found} == {date(2026, 10, 13)}


def test_legal_deadlines_count_every_day():
    rules = [rule(offsets=(3,), trigger={"event": "date", "on": date(2026, 9, 30)}, due_days=5)]

    (one,) = planned(rules, case(calendar=Calendar(host="DE")))

    assert (one.due_on, one.deadline_on) == (date(2026, 10, 3), date(2026, 10, 5))


def test_a_holiday_that_becomes_known_moves_the_day_and_keeps_the_reminder():
    rules = [rule(offsets=(3,), trigger={"event": "date", "on": DAY}, day_kind="working")]

    (before,) = planned(rules, case())
    (after,) = planned(rules, case(calendar=Calendar(closed=frozenset({DAY + timedelta(days=1)}))))

    assert before.key == after.key and after.due_on > before.due_on


def test_a_rule_for_the_agency_reminds_the_case_manager_of_what_the_agency_provides():
    rules = [rule(to="agency")]
    found = planned(rules, case(item(), item("letter", provider="agency")))

    assert [(one.item, one.audience) for one in found] == [("letter", "manager")]


def test_what_is_not_done_goes_to_the_case_manager_and_then_to_the_administrators():
    rules = [rule(offsets=(7, 14), manager_after_days=14, administrators_after_days=30)]
    found = planned(rules, case(item()))

    assert [(one.audience, one.offset) for one in found] == [
        ("candidate", 7), ("candidate", 14), ("manager", 14), ("administrators", 30)
    ]  # fmt: skip
    assert len({one.key for one in found}) == 4
    assert planned(rules, case(item(state="submitted"))) == []


def test_each_audience_keeps_the_last_of_what_was_missed():
    rules = [rule(offsets=(7, 14), manager_after_days=16, administrators_after_days=30)]
    wanted = worth_planning(planned(rules, case(item())), DAY + timedelta(days=20))

    assert [(one.audience, one.offset) for one in wanted] == [
        ("candidate", 14),
        ("manager", 16),
        ("administrators", 30),
    ]


def test_a_reminder_is_repeated_so_many_times_after_its_last_offset():
    rules = [rule(offsets=(7, 14), repeat_every_days=10, repeat_times=2)]

    assert [one.offset for one in planned(rules, case(item()))] == [7, 14, 24, 34]


def test_a_reminder_is_repeated_up_to_a_day_before_or_after_the_date():
    trigger = {"event": "date", "on": DAY}
    before = rule(offsets=(-30,), trigger=trigger, repeat_every_days=7, repeat_until_days=0)
    after = rule(offsets=(0,), trigger=trigger, repeat_every_days=7, repeat_until_days=21, day_kind="working")

    assert [one.offset for one in planned([before], case())] == [-30, -23, -16, -9, -2]
    assert [one.offset for one in planned([after], case())] == [0, 7, 14, 21]


@given(
    offsets=st.lists(st.integers(-400, 400), min_size=1, max_size=6, unique=True),
    every=st.none() | st.integers(1, 60),
    times=st.integers(1, 12),
    manager=st.none() | st.integers(1, 300),
    administrators=st.none() | st.integers(1, 300),
    today=st.integers(-500, 900),
)
def test_planning_is_the_same_each_time_and_each_reminder_has_a_key_of_its_own(
    offsets, every, times, manager, administrators, today
):
    one = rule(
        offsets=tuple(offsets), repeat_every_days=every, repeat_times=times if every else None,
        manager_after_days=manager, administrators_after_days=administrators,
    )  # fmt: skip
    wanted = planned([one], case(item()))
    assert len({each.key for each in wanted}) == len(wanted) and wanted == planned([one], case(item()))
    assert all(len(each.cycle) <= 80 for each in wanted)

    day = DAY + timedelta(days=today)
    worth = worth_planning(wanted, day)
    assert worth == worth_planning(wanted, day)
    assert {each.key for each in worth} == {each.key for each in worth_planning(reversed(wanted), day)}
    assert {each.key for each in worth} >= {each.key for each in wanted if each.due_on >= day}
    missed = [each.audience for each in worth if each.due_on < day]
    assert len(missed) == len(set(missed))  # of each audience the last at most
