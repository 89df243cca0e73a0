from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.eligibility import findings, tell_us
from cases.routes.facts import FACT_LABELS, FactsInvalid, facts_from
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.routes.samples import SAMPLES

TODAY = date(2027, 6, 1)
ON = date(2027, 7, 15)
TODAY_OF_SAMPLES = date(2030, 1, 1)
PACK = read_pack(next(path for path in shipped_packs() if path.name == "cn-k.yaml"), shipped_sources())


def found(on: date = ON, /, **told: Any) -> dict[str, Any]:
    return {finding.code: finding for finding in findings(PACK, facts_from(told, TODAY), on)}


def test_a_missing_fact_is_asked_for_in_both_languages():
    passport = found(passport={"blank_pages": 4})["K-PASS"]
    assert (passport.result, passport.missing) == ("needs_review", ("passport.expires_on",))
    assert "passport: date of expiry" in passport.says.en
    assert "护照有效期届满日" in passport.says.zh


def test_one_bad_fact_is_enough_even_if_the_other_is_unknown():
    assert found(passport={"blank_pages": 1})["K-PASS"].result == "fail"


@pytest.mark.parametrize(
    ("expires_on", "on", "result"),
    [
        ("2028-01-15", "2027-07-15", "pass"),
        ("2028-01-14", "2027-07-15", "fail"),
        ("2028-02-29", "2027-08-31", "pass"),
        ("2028-02-28", "2027-08-31", "fail"),
    ],
)
def test_six_months_of_passport_are_counted_from_the_hand_in_not_from_today(expires_on, on, result):
    told = {"expires_on": expires_on, "blank_pages": 2}
    assert found(date.fromisoformat(on), passport=told)["K-PASS"].result == result


def test_a_finding_carries_its_source_and_its_words():
    finding = found(nationalities=["CN", "FR"])["K-NOTCN"]
    assert (finding.result, finding.severity, finding.curable) == ("fail", "blocks", False)
    assert (finding.evidence.level, finding.evidence.source) == ("official", "nationality_law")
    assert "travel document" in finding.says.en
    assert "旅行证件" in finding.says.zh


def test_a_student_passes_on_the_day_the_degree_is_conferred_and_not_before():
    degree = {"level": 2, "field_isced": "0714", "conferred_on": "2027-07-15"}
    assert found(date(2027, 7, 14), degrees=[degree], work=[])["K-CONF"].result == "fail"
    assert found(date(2027, 7, 15), degrees=[degree], work=[])["K-CONF"].result == "pass"


def test_the_degree_that_counts_must_be_the_one_conferred():
    law = {"level": 2, "field_isced": "0421", "conferred_on": "2020-01-01"}
    physics = {"level": 3, "field_isced": "0533", "conferred_on": "2028-01-01"}
    assert found(degrees=[law, physics], work=[])["K-CONF"].result == "fail"


def test_a_rule_that_does_not_apply_gives_no_finding():
    assert "K-INCN" not in found(residence_country="DE")
    assert found(residence_country="CN")["K-INCN"].result == "needs_review"


def test_a_permit_that_lapses_before_the_hand_in_does_not_count():
    told = {"residence_country": "AE", "nationalities": ["IN"]}
    assert found(**told, legal_stay={"held": True, "expires_on": "2027-07-14"})["K-STAY"].result == "fail"
    assert found(**told, legal_stay={"held": True, "expires_on": "2027-07-15"})["K-STAY"].result == "pass"
    assert found(**told, legal_stay={"held": True})["K-STAY"].missing == ("legal_stay.expires_on",)


@pytest.mark.parametrize("path", FACT_LABELS)
def test_every_fact_can_be_asked_for(path):
    words = tell_us([path])
    assert words.en.startswith("Cannot be told yet. Tell us: ")
    assert words.zh.startswith("目前无法判断。请告知：")
    assert path not in words.zh


def test_a_long_request_is_cut():
    assert tell_us(FACT_LABELS).en.count(";") == 11


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where a fact can be taken away; an entry of a list is no fact of its own, its parts are."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, part in inner for place in places(part, (*path, key))]
    return below if not path or isinstance(path[-1], int) else [path, *below]


def without(facts: dict[str, Any], place: tuple[str | int, ...]) -> dict[str, Any]:
    left: Any = deepcopy(facts)
    at = left
    for step in place[:-1]:
        at = at[step]
    del at[place[-1]]
    return left


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """A person put together from the samples, with some facts taken away already."""
    person = {key: draw(st.sampled_from([s[key] for s in SAMPLES if key in s])) for key in SAMPLES[0] if key != "offer"}
    person = deepcopy(dict(person))
    for _ in range(draw(st.integers(0, 6))):
        person = without(person, draw(st.sampled_from(places(person))))
    return person


@settings(max_examples=150, deadline=None)
@given(told(), st.data())
def test_forgetting_a_fact_never_makes_a_case_fail_and_never_makes_it_pass(person, data):
    before = {finding.code: finding.result for finding in findings(PACK, facts_from(person, TODAY_OF_SAMPLES), ON)}
    less = without(person, data.draw(st.sampled_from(places(person))))
    after = {finding.code: finding.result for finding in findings(PACK, facts_from(less, TODAY_OF_SAMPLES), ON)}
    for code, result in after.items():
        assert result in (before.get(code, "needs_review"), "needs_review")
    assert set(before) <= set(after)


def test_the_samples_themselves_are_taken():
    for sample in SAMPLES:
        try:
            facts_from(sample, TODAY_OF_SAMPLES)
        except FactsInvalid as refused:
            pytest.fail(str(refused))
