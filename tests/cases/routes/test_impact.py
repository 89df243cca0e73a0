"""What another pack would do to a case. No database: the case is a snapshot."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.reminders import CaseNow, ItemNow
from cases.routes.facts import CandidateFacts, to_cel
from cases.routes.impact import (
    CaseSnapshot,
    Comparison,
    Effect,
    EffectKind,
    ItemSnapshot,
    blocks_migration,
    effects,
    group_key,
)
from cases.routes.impact_words import SENTENCES, days_in_words, effect_in_words
from cases.routes.schema import HowMany, Pack, ShelfLife
from cases.validity import valid_until
from tests.cases.routes.test_comparing import with_part, without_part

TODAY = date(2026, 11, 24)
HAND_IN = date(2027, 1, 20)
THREE_MONTHS = ShelfLife(counts_from="issued_on", months=3)


@pytest.fixture(scope="module")
def pack(shipped) -> Pack:
    return next(one for one in shipped if one.code == "CN-K")


@pytest.fixture(scope="module")
def three_months(pack) -> Pack:
    return with_part(pack, "requirements", "police", shelf_life=THREE_MONTHS)


def item(code: str, state: str = "requested", issued_on: date | None = None, until: date | None = None) -> ItemSnapshot:
    return ItemSnapshot(code, state, issued_on=issued_on, valid_until=until)


def snapshot(*items: ItemSnapshot, **changes: Any) -> CaseSnapshot:
    told = {"post": {"asks_police": True}, "date_of_birth": date(1998, 8, 12)}
    facts = CandidateFacts.model_validate(told | changes.pop("facts", {}))
    now = CaseNow(
        stage=changes.get("stage", "collect"),
        stage_entered_on=TODAY,
        is_handed_in=False,
        planned_hand_in=HAND_IN,
        facts=to_cel(facts, HAND_IN),
        items=tuple(
            ItemNow(
                code=one.code, state=one.state, provider="candidate", is_confirmed=True, is_reached=True,
                asked_on=TODAY, issued_on=one.issued_on, expires_on=one.expires_on, valid_until=one.valid_until,
            )
            for one in items
        ),
    )  # fmt: skip
    known: dict[str, Any] = {
        "stage": "collect", "is_sealed": False, "facts": facts, "today": TODAY,
        "hand_in_before": HAND_IN, "hand_in_after": HAND_IN, "items": items, "now": now,
    }  # fmt: skip
    return CaseSnapshot(**{**known, **changes})


SEPTEMBER = item("police", "accepted", issued_on=date(2026, 9, 1), until=date(2027, 3, 1))
DECEMBER = item("police", "accepted", issued_on=date(2026, 12, 1), until=date(2027, 6, 1))


def kinds(found: list[Effect]) -> list[tuple[str, str]]:
    return [(effect.kind, effect.subject) for effect in found]


def test_the_same_rules_do_nothing_to_anybody(pack):
    assert effects(Comparison.of(pack, pack.model_copy(deep=True)), snapshot(SEPTEMBER)) == []


def test_a_police_record_that_gets_too_old_stops_serving_and_a_younger_one_does_not(pack, three_months):
    packs = Comparison.of(pack, three_months)

    stops = effects(packs, snapshot(SEPTEMBER))
    assert ("document_stops", "police") in kinds(stops)
    assert stops[0].was == date(2027, 3, 1) and stops[0].becomes == date(2026, 12, 1)
    # Still good at the hand-in: only the day its reminders count from is another.
    assert {kind for kind, _subject in kinds(effects(packs, snapshot(DECEMBER)))} <= {
        "reminder_moves",
        "deadline_moves",
    }


def test_the_reminder_of_a_document_moves_with_its_last_day(pack, three_months):
    (moved,) = effects(Comparison.of(pack, three_months), snapshot(DECEMBER))

    assert (moved.kind, moved.subject, moved.detail) == ("deadline_moves", "R-POLICE", ("police",))
    assert (moved.was, moved.becomes) == (date(2027, 6, 1), date(2027, 3, 1))


def test_an_open_item_is_told_as_stricter_and_a_waived_one_is_left_alone(pack, three_months):
    packs = Comparison.of(pack, three_months)

    assert kinds(effects(packs, snapshot(item("police")))) == [("item_tightened", "police")]
    assert effects(packs, snapshot(item("police", "waived"))) == []


def test_more_copies_of_what_was_accepted_are_something_to_look_at(pack):
    more = with_part(pack, "requirements", "cv", how_many=HowMany(min=2, max=2))

    assert kinds(effects(Comparison.of(pack, more), snapshot(item("cv", "accepted")))) == [("accepted_tightened", "cv")]


def test_what_comes_and_what_goes(pack):
    less = without_part(pack, "requirements", "cv")

    assert kinds(effects(Comparison.of(less, pack), snapshot())) == [("item_added", "cv")]
    assert kinds(effects(Comparison.of(pack, less), snapshot(item("cv")))) == [("item_falls_away", "cv")]
    assert kinds(effects(Comparison.of(pack, less), snapshot(item("cv", "accepted")))) == [("item_not_asked", "cv")]
    assert effects(Comparison.of(pack, less), snapshot(item("cv", "waived"))) == []


def test_a_condition_that_changes_is_asked_of_the_facts_of_the_case(pack):
    of_all = with_part(pack, "requirements", "police", when=None, reads=())
    packs = Comparison.of(pack, of_all)

    assert kinds(effects(packs, snapshot(facts={"post": {"asks_police": False}}))) == [("item_added", "police")]
    assert effects(packs, snapshot(item("police"))) == []
    untold = snapshot(facts={"post": None})
    assert kinds(effects(Comparison.of(of_all, pack), replace(untold, items=(item("police"),)))) == [
        ("item_need_changes", "police")
    ]


def test_a_finding_that_answers_otherwise_is_told_with_both_answers(pack):
    stricter = with_part(pack, "rules", "K-AGE", expression="age >= 40", if_false="fail")
    (effect,) = effects(Comparison.of(pack, stricter), snapshot())

    assert (effect.kind, effect.subject, effect.detail) == ("finding_changes", "K-AGE", ("needs_review", "fail"))


def test_a_later_hand_in_has_every_rule_asked_again(pack):
    """Somebody turns too old, a paper lapses: by the estimate of the new route they hand in later."""
    moved = snapshot(SEPTEMBER, hand_in_after=date(2027, 3, 20), facts={"date_of_birth": date(1986, 2, 1)})
    stricter = with_part(pack, "rules", "K-AGE", expression="age >= 41", if_true="needs_review", if_false="pass")

    assert kinds(effects(Comparison.of(pack, pack), moved)) == [("hand_in_moves", ""), ("document_stops", "police")]
    assert ("finding_changes", "K-AGE") not in kinds(effects(Comparison.of(stricter, stricter), snapshot()))
    assert ("finding_changes", "K-AGE") in kinds(effects(Comparison.of(stricter, stricter), moved))


def test_a_stage_that_is_gone_and_a_sealed_packet_keep_a_case_where_it_is(pack):
    without = pack.model_copy(update={"stages": tuple(one for one in pack.stages if one.code != "collect")})
    gone = effects(Comparison.of(pack, without), snapshot(SEPTEMBER))
    sealed = effects(Comparison.of(pack, pack), snapshot(is_sealed=True))

    assert kinds(gone) == [("stage_gone", "collect")] and kinds(sealed) == [("packet_sealed", "")]
    assert blocks_migration(gone) and blocks_migration(sealed) and not blocks_migration([Effect("item_added", "cv")])


def test_cases_with_the_same_effect_share_a_group_whatever_their_days(pack, three_months):
    packs = Comparison.of(pack, three_months)
    # Three months less are 92 days for one and 90 for the other.
    in_august = item("police", "accepted", issued_on=date(2026, 8, 20), until=date(2027, 2, 20))
    keys = [group_key(effects(packs, snapshot(one))) for one in (SEPTEMBER, in_august, DECEMBER, item("police"))]

    assert keys[0] == keys[1] and len(set(keys)) == 3


DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 1))
STATES = st.sampled_from(["requested", "submitted", "accepted", "waived", "no_longer_needed"])


@given(state=STATES, issued=DAYS, hand_in=st.dates(TODAY, TODAY + timedelta(days=400)))
def test_a_document_stops_exactly_where_it_served_and_no_longer_does(shipped, state, issued, hand_in):
    pack = next(one for one in shipped if one.code == "CN-K")
    stricter = with_part(pack, "requirements", "police", shelf_life=THREE_MONTHS)
    before, after = (valid_until(one.requirement("police"), issued, None) for one in (pack, stricter))
    case = snapshot(item("police", state, issued, before), hand_in_before=hand_in, hand_in_after=hand_in)
    stopped = ("document_stops", "police") in kinds(effects(Comparison.of(pack, stricter), case))

    assert stopped == (state == "accepted" and before >= hand_in > after)


@pytest.mark.parametrize("kind", SENTENCES)
def test_every_effect_reads_as_a_sentence_in_both_languages(pack, kind):
    detail = ("pass", "fail") if kind == "finding_changes" else ()
    subject = {"finding": "K-AGE", "reminder": "R-POLICE", "deadline": "R-POLICE"}.get(kind.partition("_")[0], "police")
    text = effect_in_words(Effect(kind, subject, detail, TODAY, HAND_IN), pack, pack)

    assert "{" not in text.en + text.zh and text.en.endswith(".") and text.zh.endswith("。")
    assert days_in_words(Effect(kind, subject, detail, TODAY, HAND_IN)) == "2026-11-24 → 2027-01-20"


def test_every_kind_of_effect_has_its_sentence():
    assert set(get_args(EffectKind)) == set(SENTENCES)
