"""From the original to the paper that serves: what the issuing country and the day decide, and nothing else."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.applicability import applicable
from cases.chains import Link, authentication, chain_of
from cases.fees import fees_asked
from cases.routes.countries import KNOWN
from cases.routes.facts import facts_from
from cases.routes.schema import Fee, Pack
from cases.routes.values import Evidence, Text
from tests.cases.test_applicability import ON, PACK, TODAY


def chain(code: str, **told: Any) -> list[Link]:
    facts = facts_from(told, TODAY)
    states = {one.code: one.state for one in applicable(PACK, facts, ON)}
    return chain_of(PACK, PACK.requirement(code), states, facts, ON)


ASKS = {"asks_degree_auth": True, "asks_translation": False}


def degrees(*countries: str) -> list[dict[str, Any]]:
    degree = {"level": 2, "field_isced": "0613", "language": "en"}
    return [{**degree, "institution_country": country} for country in countries]


@pytest.mark.parametrize("nationality", ["IN", "CA"])
def test_an_indian_certificate_is_legalised_whoever_holds_it(nationality: str):
    [link] = chain(
        "degree",
        nationalities=[nationality],
        degrees=degrees("IN"),
        post=ASKS,
    )

    assert (link.step, link.item, link.state) == ("authentication", "degree_auth", "needed")
    [issued] = link.issued
    assert issued.country == "IN" and issued.by is not None and issued.by.way == "legalisation"
    assert "no effect between China and India" in issued.by.text.en


def test_each_issuing_country_is_told_apart_and_what_nobody_listed_is_asked():
    [link] = chain("degree", degrees=degrees("UZ", "CN", "CA"), post=ASKS)

    assert [(one.country, one.by.way if one.by else None) for one in link.issued] == [
        ("CA", "apostille"), ("CN", "none"), ("UZ", "ask"),
    ]  # fmt: skip


def test_what_the_post_has_not_said_may_be_needed_and_what_it_denied_is_left_away():
    untold = chain("degree", degrees=degrees("CA"))
    assert [(link.step, link.state) for link in untold] == [("authentication", "unknown"), ("translation", "unknown")]
    assert chain("degree", degrees=degrees("CA"), post={"asks_degree_auth": False, "asks_translation": False}) == []
    assert chain("cv", degrees=degrees("CA")) == []


def test_a_degree_in_a_third_language_is_translated_after_it_is_authenticated():
    links = chain("degree", degrees=[{**degrees("UZ")[0], "language": "uz"}], post={"asks_degree_auth": True})
    assert [(link.step, link.state) for link in links] == [("authentication", "needed"), ("translation", "needed")]


def test_the_day_decides_which_rule_applies():
    assert authentication(PACK, "RW", date(2024, 6, 4)).way == "ask"
    assert authentication(PACK, "RW", date(2024, 6, 5)).way == "apostille"


@given(st.sampled_from(sorted(KNOWN)), st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_no_country_has_two_answers_on_one_day(country: str, day: date):
    valid = [rule for rule in PACK.authentications if country in rule.issued_in and rule.evidence.covers(day)]
    assert len(valid) <= 1
    assert authentication(PACK, country, day) == (valid[0] if valid else PACK.authentications[-1])


# --- fees


def fee(first: date | None, last: date | None, **more: Any) -> Fee:
    evidence = Evidence(level="assumed", checked_on=TODAY, review_by=TODAY, effective_from=first, effective_to=last)
    return Fee(code="visa", name=Text(en="Visa", zh="签证"), evidence=evidence, **more)


def asked(*fees: Fee, on: date = ON, **told: Any) -> list[tuple[Fee, tuple[str, ...]]]:
    pack: Pack = PACK.model_copy(update={"fees": fees})
    return [(one.fee, one.missing) for one in fees_asked(pack, facts_from(told, TODAY), on)]


def test_a_fee_of_another_time_is_not_asked():
    reduced, full = fee(None, date(2026, 12, 31)), fee(date(2027, 1, 1), None)

    assert asked(reduced, full, on=date(2026, 12, 31)) == [(reduced, ())]
    assert asked(reduced, full, on=date(2027, 1, 1)) == [(full, ())]


def test_a_fee_by_nationality_is_asked_of_those_and_left_open_for_the_untold():
    of_canadians = fee(None, None, when="'CA' in nationalities", reads=("nationalities",))

    assert asked(of_canadians, nationalities=["CA"]) == [(of_canadians, ())]
    assert asked(of_canadians, nationalities=["DE"]) == []
    assert asked(of_canadians) == [(of_canadians, ("nationalities",))]


def test_windows_that_touch_do_not_meet_and_windows_that_overlap_do():
    end = date(2026, 12, 31)
    earlier, later = fee(None, end).evidence, fee(end + timedelta(days=1), None).evidence
    assert not earlier.meets(later) and not later.meets(earlier)
    assert earlier.meets(fee(end, None).evidence) and earlier.meets(fee(None, None).evidence)
