"""One way of a choice is enough: what the other ways asked for falls away, and comes back with the need."""

import pytest

from cases.choices import spared
from cases.models import ChecklistItem
from cases.services.changing import change_case
from cases.services.checklist import reopen_item, settle_item, waive_item
from cases.services.moving import GateClosed
from tests.case_steps import blockers, decide_all, item, move, settle_all
from tests.cases.test_applicability import PACK
from tests.conftest import timeline

WAYS = PACK.model_copy(
    update={"choices": (PACK.choices[0].model_copy(update={"ways": (("a",), ("b", "c"), ("b", "d"))}),)}
)


@pytest.mark.parametrize(
    ("accepted", "waived", "wanted", "fallen"),
    [
        ("", "", "abcd", ""),
        ("a", "", "abcd", "bcd"),
        ("b", "", "abcd", ""),
        ("bc", "", "abcd", "ad"),
        ("bd", "", "abcd", "ac"),
        ("b", "c", "abcd", "ad"),
        ("", "bc", "abcd", ""),  # waived altogether: this way is not gone, another must be
        ("c", "", "acd", "ad"),  # b is not asked of this person, so c is the whole way
        ("a", "b", "abcd", "cd"),
        ("x", "", "abcdx", ""),
    ],
)
def test_a_complete_way_spares_the_others(accepted: str, waived: str, wanted: str, fallen: str):
    answer = spared(WAYS, accepted=set(accepted), waived=set(waived), wanted=set(wanted))
    assert answer == set(fallen)


@pytest.fixture
def asked_for_proof(k_case, staff):
    return change_case(case_id=k_case.pk, facts={"post": {"asks_degree_auth": True}}, actor=staff)


def states() -> tuple[str, str]:
    return item("degree_auth").state, item("degree_verification").state


def test_the_second_way_falls_away_and_comes_back(asked_for_proof, staff):
    case = asked_for_proof
    before = case.items_total
    assert states() == ("requested", "requested")

    settle_item(case_id=case.pk, code="degree_verification", actor=staff)
    case.refresh_from_db()
    assert states() == ("no_longer_needed", "accepted") and case.items_total == before - 1
    assert timeline(case)[-2:] == ["item.accepted", "item.no_longer_needed"]

    reopen_item(case_id=case.pk, code="degree_verification", actor=staff)
    assert states() == ("requested", "requested")
    assert timeline(case)[-2:] == ["item.reopened", "item.reopened"]


def test_a_waiver_of_one_way_spares_nothing(asked_for_proof, staff):
    reason = "The university does not answer letters."
    waive_item(case_id=asked_for_proof.pk, code="degree_auth", reason=reason, actor=staff)

    assert states() == ("waived", "requested")
    assert timeline(asked_for_proof)[-1] == "item.waived"


def test_one_way_opens_the_gate(asked_for_proof, staff):
    case = asked_for_proof
    settle_all(case, staff, "intake")
    settle_all(case, staff, "screen")
    settle_all(case, staff, "post_check")
    settle_all(case, staff, "collect")
    for name in ("start_screening", "confirm_post", "start_collecting", "authenticate"):
        decide_all(case, staff)
        move(case, name, staff)
    for code in ("translation", "translations_checked"):
        found = ChecklistItem.objects.filter(case=case, code=code).first()
        if found is not None and not found.is_settled:
            waive_item(case_id=case.pk, code=code, reason="Everything is in English.", actor=staff)
    with pytest.raises(GateClosed) as refused:
        move(case, "send_to_review", staff)
    assert {code for _kind, code in blockers(refused)} == {"degree_auth", "degree_verification"}

    settle_item(case_id=case.pk, code="degree_auth", actor=staff)
    move(case, "send_to_review", staff)
    assert case.stage == "review"
