from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.routes.months import add_months
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.validity import first_expiry, first_issue, lapses_before, valid_until

PACK = read_pack(next(path for path in shipped_packs() if path.name == "cn-k.yaml"), shipped_sources())


def until(code: str, issued_on: str | None = None, expires_on: str | None = None) -> date | None:
    days = (date.fromisoformat(day) if day else None for day in (issued_on, expires_on))
    return valid_until(PACK.requirement(code), *days)


@pytest.mark.parametrize(
    ("code", "issued_on", "expires_on", "last_day"),
    [
        ("police", "2026-08-31", None, "2027-02-28"),  # clamped at the end of the month
        ("police", "2027-08-31", None, "2028-02-29"),
        ("police", "2026-08-31", "2026-12-31", "2026-12-31"),  # whichever comes first
        ("work_letter", "2026-12-01", None, "2027-03-01"),
        ("photo_paper", "2026-11-24", None, "2027-05-24"),
        ("passport", "2020-01-01", "2027-09-15", "2027-03-15"),
        ("passport", None, "2028-02-29", "2027-08-31"),  # 29 and 30 August plus six months end that day as well
        ("passport", None, "2028-02-28", "2027-08-28"),
        ("legal_stay", None, "2027-03-01", "2027-03-01"),
        ("name_change", None, "2030-01-01", "2030-01-01"),
    ],
)
def test_the_last_day_a_document_serves(code, issued_on, expires_on, last_day):
    assert until(code, issued_on, expires_on) == date.fromisoformat(last_day)


def test_without_its_date_nothing_is_claimed():
    assert until("police") is None
    assert until("passport", issued_on="2020-01-01") is None
    assert until("degree", issued_on="2010-06-30") is None


@pytest.mark.parametrize("far", [date.min, date.max])
def test_absurd_days_do_not_break_it(far):
    assert until("police", far.isoformat())
    assert until("passport", None, far.isoformat())


def test_it_is_judged_on_the_day_of_hand_in():
    police, issued_on = PACK.requirement("police"), date(2026, 9, 10)
    assert not lapses_before(police, issued_on, None, hand_in=date(2027, 3, 10))
    assert lapses_before(police, issued_on, None, hand_in=date(2027, 3, 11))
    assert not lapses_before(police, None, None, hand_in=date(2027, 3, 11))


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_the_passport_rule_and_the_last_day_agree(expires_on):
    last = valid_until(PACK.requirement("passport"), None, expires_on)
    assert last is not None
    assert add_months(last, 6) <= expires_on < add_months(date.fromordinal(last.toordinal() + 1), 6)


@pytest.mark.parametrize("code", ["passport", "legal_stay", "name_change"])
@given(hand_in=st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_the_first_day_of_expiry_that_serves(code, hand_in):
    requirement, first = PACK.requirement(code), first_expiry(PACK.requirement(code), hand_in)

    assert not lapses_before(requirement, None, first, hand_in)
    assert lapses_before(requirement, None, date.fromordinal(first.toordinal() - 1), hand_in)


@pytest.mark.parametrize("code", ["police", "work_letter", "photo_paper"])
@given(hand_in=st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_the_first_day_of_issue_that_serves(code, hand_in):
    requirement, first = PACK.requirement(code), first_issue(PACK.requirement(code), hand_in)

    assert first is not None
    assert not lapses_before(requirement, first, None, hand_in)
    assert lapses_before(requirement, date.fromordinal(first.toordinal() - 1), None, hand_in)


def test_what_does_not_age_has_no_first_day_of_issue():
    assert first_issue(PACK.requirement("passport"), date(2027, 3, 10)) is None
