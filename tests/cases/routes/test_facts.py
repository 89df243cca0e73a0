"""What is told about a person: what is taken, what is refused and why, and what follows from it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.routes.facts import CandidateFacts, FactsInvalid, facts_from, label, to_cel
from cases.routes.months import add_months, whole_months

TODAY = date(2026, 11, 24)
ON = date(2027, 3, 1)


@pytest.mark.parametrize("name", CandidateFacts.model_fields)
def test_a_change_of_every_fact_can_be_told_in_words(name: str):
    assert any("\u4e00" <= letter <= "\u9fff" for letter in label(name).zh)


def refused(data: dict) -> list[tuple[str, str]]:
    with pytest.raises(FactsInvalid) as refusal:
        facts_from(data, TODAY)
    for fault in refusal.value.faults:
        assert "{" not in fault.text.en + fault.text.zh
        assert fault.text.en.endswith(".")
        assert fault.text.zh.endswith("。")
    return [(fault.path, fault.code) for fault in refusal.value.faults]


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ({"date_of_birth": "2026-11-25"}, "date_of_birth", "in_the_future"),
        ({"date_of_birth": "1899-12-31"}, "date_of_birth", "day_out_of_range"),
        ({"date_of_birth": "12.08.1999"}, "date_of_birth", "not_a_day"),
        ({"date_of_birth": "1999-02-30"}, "date_of_birth", "not_a_day"),
        ({"date_of_birth": 0}, "date_of_birth", "not_a_day"),
        ({"date_of_birth": "1999-08-12T00:00:00Z"}, "date_of_birth", "not_a_day"),
        ({"nationalities": ["UK"]}, "nationalities.0", "country_unknown"),
        ({"nationalities": ["Germany"]}, "nationalities.0", "country_unknown"),
        ({"nationalities": ["TW"]}, "nationalities.0", "not_a_nationality"),
        ({"nationalities": "DE"}, "nationalities", "tuple_type"),
        ({"residence_country": 49}, "residence_country", "country_unknown"),
        ({"degrees": [{}] * 51}, "degrees", "too_long"),
        ({"degrees": [{"level": 5}]}, "degrees.0.level", "less_than_equal"),
        ({"degrees": [{"level": "3"}]}, "degrees.0.level", "int_type"),
        ({"degrees": [{"level": True}]}, "degrees.0.level", "int_type"),
        ({"degrees": [{"field_isced": "0613", "stem": False}]}, "degrees.0", "stem_contradicts_field"),
        ({"work": [{"role": "boss"}]}, "work.0.role", "literal_error"),
        ({"work": [{"current": True, "ended_on": "2020-01-01"}]}, "work.0", "current_yet_ended"),
        ({"work": [{"started_on": "2021-01-01", "ended_on": "2020-01-01"}]}, "work.0", "end_before_start"),
        ({"passport": {"issued_on": "2026-12-01"}}, "passport.issued_on", "in_the_future"),
        ({"passport": {"number": "L898902C3"}}, "passport.number", "extra_forbidden"),
        ({"post": {"name": "Embassy\x00"}}, "post.name", "string_pattern_mismatch"),
        ({"post": {"name": "  "}}, "post.name", "string_too_short"),
        ({"post": {"name": "x" * 201}}, "post.name", "string_too_long"),
        ({"ex_chinese": "no"}, "ex_chinese", "bool_type"),
        ({"has_offer": False, "offer": {"city": "Shanghai"}}, "", "offer_denied_yet_given"),
    ],
)
def test_a_clumsy_value_is_refused_with_its_place_and_cure(data, path, code):
    assert refused(data) == [(path, code)]


def test_every_fault_is_told_at_once():
    assert len(refused({"date_of_birth": "x", "nationalities": ["ZZ", "de"], "colour": "red"})) == 3


def test_small_letters_and_an_expected_degree_are_taken():
    facts = facts_from({"nationalities": [" de "], "degrees": [{"conferred_on": "2027-06-30"}]}, TODAY)
    assert facts.nationalities == ("DE",)


def test_what_is_not_told_is_absent():
    told = to_cel(facts_from({"passport": {}, "degrees": [{"level": 2}]}, TODAY), ON)
    assert told["degrees"] == [{"level": 2}]
    assert told["passport"] == {}
    assert not told.keys() & {"age", "nationalities", "work_years", "has_offer"}


def test_days_become_moments_of_the_engine():
    told = to_cel(facts_from({"date_of_birth": "1999-08-12"}, TODAY), ON)
    assert told["date_of_birth"] == datetime(1999, 8, 12, tzinfo=UTC)
    assert told["on"] == datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [("2004-02-29", "2022-02-28", 17), ("2004-02-29", "2022-03-01", 18), ("1981-03-01", "2027-03-01", 46)],
)
def test_age_is_that_of_the_day_of_hand_in(born, on, age):
    told = to_cel(facts_from({"date_of_birth": born}, TODAY), date.fromisoformat(on))
    assert told["age"] == age


@pytest.mark.parametrize(
    ("field", "stem"),
    [
        ("0613", True), ("05", True), ("0731", True), ("0421", False), ("1015", False), ("0321", False),
        ("0311", None), ("0313", None), ("03", None), ("0811", None), ("0912", None),
    ],
)  # fmt: skip
def test_a_field_nobody_has_settled_is_left_open(field, stem):
    told = to_cel(facts_from({"degrees": [{"level": 3, "field_isced": field}]}, TODAY), ON)
    assert told["degrees"][0].get("stem") is stem
    assert told.get("arm", {}).get("study") is stem


def test_a_person_decides_on_an_open_field():
    told = to_cel(facts_from({"degrees": [{"level": 3, "field_isced": "0912", "stem": True}]}, TODAY), ON)
    assert told["arm"] == {"study": True}


@pytest.mark.parametrize(
    ("jobs", "years"),
    [
        ([], 0),
        ([("2022-01-01", "2023-12-31")], 2),
        ([("2022-01-01", "2023-12-30")], 1),
        ([("2020-01-01", "2021-12-31"), ("2021-01-01", "2022-12-31")], 3),  # at the same time counts once
        ([("2020-01-01", "2021-06-30"), ("2022-01-01", "2022-06-30")], 2),
        ([("2025-03-02", None)], 2),  # still there, up to the hand-in
        ([("2027-01-01", "2030-01-01")], 0),
    ],
)
def test_years_of_work(jobs, years):
    rows = [
        {"stem": True, "started_on": start} | ({"ended_on": end} if end else {"current": True}) for start, end in jobs
    ]
    assert to_cel(facts_from({"work": rows}, TODAY), ON)["work_years"] == years


def test_a_job_whose_end_is_not_known_leaves_the_years_open():
    told = to_cel(facts_from({"work": [{"stem": True, "started_on": "2010-01-01"}]}, TODAY), ON)
    assert "work_years" not in told


@given(st.dates(date(1900, 1, 1), date(2199, 1, 1)), st.integers(0, 600))
def test_a_month_later_is_never_past_the_next_month(day, months):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(st.dates(date(1900, 1, 1), date(2199, 1, 1)), st.dates(date(1900, 1, 1), date(2199, 1, 1)))
def test_whole_months_are_the_most_that_fit(start, end):
    months = whole_months(start, end)
    assert add_months(start, months) <= end < add_months(start, months + 1)
