"""A route overlaid by what one post asks."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cases.applicability import applicable
from cases.routes.fact_models import CandidateFacts
from cases.routes.overlay_checks import overlay_faults
from cases.routes.overlay_parts import Overlay, PageEvidence
from cases.routes.overlays import OverlayInvalid, fitting, fresh_until, overlaid
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.routes.schema import Pack

SOURCES = shipped_sources()
K: Pack = next(pack for pack in (read_pack(path, SOURCES) for path in shipped_packs()) if pack.code == "CN-K")
CODES = [one.code for one in K.requirements]
DAY = date(2026, 11, 20)
SURE = {"level": "mission_practice", "checked_on": "2026-11-20", "review_by": "2027-01-20"}


def overlay(**parts: Any) -> Overlay:
    base = {"source_url": "https://example.org/k", "read_on": DAY, "read_by": "staff:1", "review_by": "2027-01-20"}
    return Overlay.model_validate({**base, **parts})


def extra(code: str = "bank_letter", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "document",
        "name": {"en": "Letter of the bank", "zh": "银行证明"},
        "why": {"en": "The page asks for it.", "zh": "页面要求提供。"},
        "group": "records",
        "stage": "collect",
        "provider": "candidate",
        "accepts": ["pdf"],
        "evidence": SURE,
        **changes,
    }


def dropped(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "evidence": SURE} for code in codes]


def of_cv(**evidence: Any) -> dict[str, Any]:
    return {"dropped": [{"code": "cv", "evidence": {**SURE, **evidence}}]}


def three_months(code: str = "police") -> dict[str, Any]:
    return {"code": code, "shelf_life": {"counts_from": "issued_on", "months": 3}, "evidence": SURE}


def states(pack: Pack) -> dict[str, str]:
    return {row.code: row.state for row in applicable(pack, CandidateFacts(), DAY)}


def faults(**parts: Any) -> list[tuple[str, str]]:
    found = overlay_faults(K, overlay(**parts), SOURCES, DAY)
    assert all(fault.text.en and fault.text.zh for fault in found)
    return [(fault.code, ".".join(map(str, fault.place))) for fault in found]


def test_a_page_that_says_nothing_leaves_the_route_as_it_is():
    assert overlaid(K, overlay()) is K


@given(
    st.lists(st.sampled_from(CODES), unique=True, max_size=6),
    st.lists(st.sampled_from(CODES), unique=True, max_size=6),
    st.booleans(),
)
def test_laid_over_twice_is_laid_over_once_and_what_was_dropped_never_comes_back(drop, change, more):
    laid = overlay(
        dropped=dropped(*drop),
        changed=[{"code": c, "how_many": {"min": 2, "max": 2}, "evidence": SURE} for c in change if c not in drop],
        extra=[extra()] if more else [],
    )

    once = overlaid(K, laid)

    assert overlaid(once, laid) == once
    assert {states(once)[code] for code in drop} <= {"not_needed"}
    untouched = [one for one in K.requirements if one.code not in {*drop, *change}]
    assert [one for one in once.requirements if one in untouched] == untouched
    assert ("bank_letter" in states(once)) == more


def test_a_change_replaces_what_it_names_and_leaves_the_rest():
    before, after = K.requirement("police"), overlaid(K, overlay(changed=[three_months()])).requirement("police")

    assert after.shelf_life is not None and after.shelf_life.months == 3
    assert (after.name, after.when, after.good_enough) == (before.name, before.when, before.good_enough)


def test_what_a_post_asks_stands_on_its_page():
    pack = overlaid(K, overlay(changed=[three_months()], extra=[extra()], dropped=dropped("cv")))

    for code in ("police", "bank_letter", "cv"):
        evidence = pack.requirement(code).evidence
        assert isinstance(evidence, PageEvidence) and evidence.page_url == "https://example.org/k"


def test_always_and_only_if_can_be_said_in_the_words_of_the_route():
    always = overlay(changed=[{"code": "police", "when": "true", "evidence": SURE}])
    if_asked = overlay(changed=[{"code": "cv", "when": "has_offer", "reads": ["has_offer"], "evidence": SURE}])

    assert states(overlaid(K, always))["police"] == "needed"
    assert states(overlaid(K, if_asked))["cv"] == "unknown"


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"dropped": dropped("polise")}, ("requirement_unknown", "dropped.0.code")),
        ({"changed": [three_months("polise")]}, ("requirement_unknown", "changed.0.code")),
        ({"extra": [extra("police")]}, ("requirement_exists", "extra.0.code")),
        ({"extra": [extra(stage="nowhere")]}, ("stage_unknown", "extra.0.stage")),
        ({"extra": [extra(stage="closed")]}, ("stage_unknown", "extra.0.stage")),
        ({"dropped": dropped("cv"), "changed": [three_months("cv")]}, ("requirement_twice", "changed.0.code")),
    ],
)
def test_what_the_route_does_not_have_is_refused_with_its_cure(parts, fault):
    assert faults(**parts) == [fault]
    with pytest.raises(OverlayInvalid):
        overlaid(K, overlay(**parts))


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"read_on": "2026-11-21"}, ("read_in_the_future", "read_on")),
        (of_cv(level="official"), ("level_not_of_a_page", "dropped.0.level")),
        (of_cv(source="nobody"), ("source_unknown", "dropped.0.source")),
        ({"extra": [extra(accepts=[])]}, ("wanted_by_kind", "extra.bank_letter")),
        ({"extra": [extra(when="ex_chinese")]}, ("fact_undeclared", "extra.bank_letter.when")),
        ({"extra": [extra(name={"en": "Letter", "zh": "Letter"})]}, ("not_chinese", "extra.bank_letter.name.zh")),
        ({"extra": [extra(in_packet=True, packet_order=10)]}, ("packet_order_taken", "extra.bank_letter.packet_order")),
        ({"changed": [{**three_months("cv"), "when": "1 +"}]}, ("expression_does_not_parse", "changed.cv.when")),
        ({"changed": [three_months("planned_hand_in")]}, ("does_not_fit_kind", "changed.planned_hand_in.shelf_life")),
    ],
)  # fmt: skip
def test_what_a_pack_would_refuse_is_refused(parts, fault):
    assert faults(**parts) == [fault]


def test_a_right_one_is_not_refused():
    assert faults(dropped=dropped("cv"), changed=[three_months()], extra=[extra()]) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"source_url": "javascript:alert(1)"},
        {"source_url": "https://"},
        {"source_url": "ftp://example.org/k"},
        {"source_url": 'https://example.org/"><script>'},
        {"review_by": "2026-11-19"},
        {"read_on": "yesterday"},
        {"facts": {"asks_blood": {"value": True, "evidence": SURE}}},
        {"facts": {"asks_police": {"value": 3, "evidence": SURE}}},
        {"facts": {"form_days": {"value": True, "evidence": SURE}}},
        {"facts": {"form_days": {"value": 0, "evidence": SURE}}},
        {"facts": {"asks_police": {"value": "true", "evidence": SURE}}},
        {"appointment": {"evidence": SURE}},
        {"changed": [{"code": "cv", "evidence": SURE}]},
        {"payment": {"when": "never", "evidence": SURE}},
        {"holidays": {"country": "XX", "evidence": SURE}},
        {"proxy": {"answer": True, "text": {"en": "x" * 2_000_000, "zh": "长"}, "evidence": SURE}},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_right_is_refused(parts):
    with pytest.raises(ValidationError):
        overlay(**parts)


def test_the_freshness_ends_with_the_first_of_both_days():
    read = overlay()

    assert fresh_until(read, 30) == DAY + timedelta(days=30)
    assert fresh_until(read, 90) == date(2027, 1, 20) == fresh_until(read, None)


def test_in_another_edition_of_the_route_what_has_no_place_is_left_out():
    smaller = K.model_copy(update={"requirements": tuple(one for one in K.requirements if one.code != "cv")})
    laid = overlay(dropped=dropped("cv", "plan"), extra=[extra(), extra("degree_auth")])

    pack = overlaid(smaller, fitting(smaller, laid))

    assert states(pack)["plan"] == "not_needed" and "cv" not in states(pack)
    assert pack.requirement("degree_auth") == K.requirement("degree_auth")
