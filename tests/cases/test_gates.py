"""Each gate alone, with facts and no database: one test that it opens, one for each way it stays shut."""

from datetime import date, timedelta

import pytest

from cases.explaining import SENTENCES
from cases.gates import GATES, CaseFacts, FindingFacts, ItemFacts, PostFacts
from cases.routes.values import Text
from tests.days import in_days

HAND_IN = in_days(60)


def facts(**given) -> CaseFacts:
    return CaseFacts(**{"stage_position": 3, "hand_in_on": HAND_IN, **given})


def item(**given) -> ItemFacts:
    return ItemFacts(**{"code": "passport", "is_settled": False, "stage_position": 3, **given})


def finding(**given) -> FindingFacts:
    return FindingFacts(**{"code": "K-AGE", "result": "needs_review", "severity": "blocks", **given})


def shut_by(gate: str, given: CaseFacts) -> list[tuple[str, str]]:
    return [(blocker.code, blocker.subject) for blocker in GATES[gate](given)]


SHUT = {
    "an open item": ("items_settled", facts(items=(item(),)), [("item_open", "passport")]),
    "an item of an earlier stage": (
        "items_settled",
        facts(items=(item(stage_position=0),)),
        [("item_open", "passport")],
    ),
    "an item to check": ("items_settled", facts(items=(item(state="submitted"),)), [("item_to_check", "passport")]),
    "an undecided item": ("items_settled", facts(items=(item(is_undecided=True),)), [("item_undecided", "passport")]),
    "a document that lapses the day before": (
        "items_valid_at_hand_in",
        facts(items=(item(is_settled=True, state="accepted", valid_until=HAND_IN - timedelta(days=1)),)),
        [("item_lapses_before_hand_in", "passport")],
    ),
    "a finding nobody decided": ("findings_decided", facts(findings=(finding(),)), [("finding_undecided", "K-AGE")]),
    "a finding whose facts nobody told": (
        "findings_decided",
        facts(findings=(finding(missing=("date_of_birth",)),)),
        [("finding_untold", "K-AGE")],
    ),
    "a rule that is not met": (
        "findings_decided",
        facts(findings=(finding(result="fail", go_ahead=True),)),
        [("finding_fails", "K-AGE")],
    ),
    "a decision against": (
        "findings_decided",
        facts(findings=(finding(go_ahead=False),)),
        [("finding_decided_against", "K-AGE")],
    ),
    "no signature": ("second_person_signed", facts(sent_here_by="staff:1"), [("signature_missing", "")]),
    "the same person's signature": (
        "second_person_signed",
        facts(sent_here_by="staff:1", signed_by="staff:1"),
        [("signature_of_the_same_person", "")],
    ),
    "no sealed packet": ("packet_sealed", facts(), [("packet_not_sealed", "")]),
    "no post": ("post_is_fresh", facts(), [("post_not_chosen", "")]),
    "a page read too long ago": (
        "post_is_fresh",
        facts(post=PostFacts(fresh_until=HAND_IN - timedelta(days=1), today=HAND_IN)),
        [("post_stale", "")],
    ),
}
OPEN = {
    "a page that counts today for the last time": (
        "post_is_fresh",
        facts(post=PostFacts(fresh_until=HAND_IN, today=HAND_IN)),
    ),
    "an old page that a person goes on with": (
        "post_is_fresh",
        facts(post=PostFacts(fresh_until=HAND_IN - timedelta(days=1), today=HAND_IN, is_waived=True)),
    ),
    "settled": ("items_settled", facts(items=(item(is_settled=True),))),
    "asked for later": ("items_settled", facts(items=(item(stage_position=4),))),
    "valid on the very day": (
        "items_valid_at_hand_in",
        facts(items=(item(is_settled=True, state="accepted", valid_until=HAND_IN),)),
    ),
    "without an end": ("items_valid_at_hand_in", facts(items=(item(is_settled=True, state="accepted"),))),
    "waived, so its dates do not matter": (
        "items_valid_at_hand_in",
        facts(items=(item(is_settled=True, state="waived", valid_until=date(2000, 1, 1)),)),
    ),
    "passed": ("findings_decided", facts(findings=(finding(result="pass"),))),
    "only a warning": ("findings_decided", facts(findings=(finding(result="fail", severity="warns"),))),
    "decided by a person": ("findings_decided", facts(findings=(finding(go_ahead=True),))),
    "signed by somebody else": ("second_person_signed", facts(sent_here_by="staff:1", signed_by="staff:2")),
    "sealed": ("packet_sealed", facts(packet_is_sealed=True)),
}


@pytest.mark.parametrize(("gate", "given", "blockers"), SHUT.values(), ids=SHUT.keys())
def test_a_gate_is_shut_by(gate, given, blockers):
    assert shut_by(gate, given) == blockers


@pytest.mark.parametrize(("gate", "given"), OPEN.values(), ids=OPEN.keys())
def test_a_gate_is_open_when(gate, given):
    assert shut_by(gate, given) == []


def test_every_blocker_is_named_not_only_the_first():
    given = facts(items=(item(code="passport"), item(code="consent"), item(code="degree", stage_position=9)))

    assert shut_by("items_settled", given) == [("item_open", "passport"), ("item_open", "consent")]


def test_every_blocker_has_a_sentence_in_both_languages():
    codes = {blocker[0] for _gate, _facts, blockers in SHUT.values() for blocker in blockers}

    assert codes | {"case_on_hold"} == set(SENTENCES)  # a hold shuts every way on, whatever its gates
    assert all(isinstance(sentence, Text) for sentence in SENTENCES.values())
