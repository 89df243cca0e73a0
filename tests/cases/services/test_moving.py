import pytest

from cases.models import Signature
from cases.services.checklist import waive_item
from cases.services.deciding import decide_finding, sign_case
from cases.services.moving import GateClosed, move_case
from relo.core.errors import Conflict, NotFound, NotPermitted
from tests.case_steps import blockers, decide_all, move, settle_all
from tests.conftest import timeline, waiting


def test_a_case_with_open_items_stays_where_it_is(k_case, staff):
    before = waiting()
    with pytest.raises(GateClosed) as refused:
        move_case(case_id=k_case.pk, move_name="start_screening", actor=staff)

    assert blockers(refused) == [("item_open", "passport"), ("item_open", "consent")]
    k_case.refresh_from_db()
    assert k_case.stage == "intake" and timeline(k_case) == ["case.opened"] and waiting() == before


def test_a_case_whose_items_are_settled_moves_and_says_so(k_case, staff):
    settle_all(k_case, staff, "intake")
    entered = k_case.stage_entered_at
    move(k_case, "start_screening", staff)

    assert k_case.stage == "screen" and k_case.stage_entered_at > entered
    assert timeline(k_case)[-1] == "case.moved"


def test_a_rule_that_cannot_tell_shuts_the_gate_until_a_person_decides(k_case, staff):
    settle_all(k_case, staff)
    move(k_case, "start_screening", staff)
    with pytest.raises(GateClosed) as refused:
        move(k_case, "confirm_post", staff)
    assert ("finding_undecided", "K-AGE") in blockers(refused)

    decide_all(k_case, staff)
    move(k_case, "confirm_post", staff)

    assert k_case.stage == "post_check"


def test_a_decision_against_keeps_it_shut(k_case, staff):
    settle_all(k_case, staff)
    move(k_case, "start_screening", staff)
    decide_all(k_case, staff)
    decide_finding(case_id=k_case.pk, rule="K-AGE", go_ahead=False, reason="The post said no", actor=staff)

    with pytest.raises(GateClosed) as refused:
        move(k_case, "confirm_post", staff)

    assert blockers(refused) == [("finding_decided_against", "K-AGE")]


def test_a_clear_answer_is_not_up_for_decision(k_case, staff):
    with pytest.raises(Conflict) as refused:
        decide_finding(case_id=k_case.pk, rule="K-NOTCN", go_ahead=True, reason="Why not, after all", actor=staff)

    assert refused.value.code == "finding_is_clear"


def test_a_move_that_does_not_exist_names_those_that_do(k_case, staff):
    with pytest.raises(NotFound) as refused:
        move_case(case_id=k_case.pk, move_name="fly_to_the_moon", actor=staff)

    assert refused.value.code == "move_unknown" and "start_screening" in str(refused.value.detail)


def test_a_move_from_another_stage_does_not_exist_here(k_case, staff):
    with pytest.raises(NotFound):
        move_case(case_id=k_case.pk, move_name="confirm_post", actor=staff)


def test_review_is_left_only_with_a_second_persons_signature_and_a_sealed_packet(in_review, staff):
    with pytest.raises(GateClosed) as refused:
        move(in_review, "fill_online_form", staff)

    assert blockers(refused) == [("signature_missing", ""), ("packet_not_sealed", "")]


def test_who_sent_the_case_to_review_cannot_sign_it(in_review, staff, second_person):
    with pytest.raises(Conflict) as refused:
        sign_case(case_id=in_review.pk, actor=staff)
    assert refused.value.code == "same_person" and not Signature.objects.exists()

    sign_case(case_id=in_review.pk, actor=second_person)

    with pytest.raises(GateClosed) as still_shut:
        move(in_review, "fill_online_form", staff)
    assert blockers(still_shut) == [("packet_not_sealed", "")]
    assert "case.signed" in timeline(in_review)


def test_a_signature_counts_for_one_visit_to_the_stage(in_review, staff, second_person):
    sign_case(case_id=in_review.pk, actor=second_person)
    for name in ("send_back", "authenticate", "send_to_review"):
        move(in_review, name, staff)

    with pytest.raises(GateClosed) as refused:
        move(in_review, "fill_online_form", staff)

    assert ("signature_missing", "") in blockers(refused)


def test_a_case_is_signed_once(in_review, second_person, world):
    sign_case(case_id=in_review.pk, actor=second_person)
    with pytest.raises(Conflict) as refused:
        sign_case(case_id=in_review.pk, actor=world.administrator.actor)

    assert refused.value.code == "already_signed"


def test_a_stage_that_asks_for_no_signature_takes_none(k_case, second_person):
    with pytest.raises(Conflict) as refused:
        sign_case(case_id=k_case.pk, actor=second_person)

    assert refused.value.code == "signature_not_asked"


def test_a_reviewer_moves_nothing(k_case, second_person):
    with pytest.raises(NotPermitted):
        move_case(case_id=k_case.pk, move_name="start_screening", actor=second_person)


def test_a_withdrawn_case_is_closed_and_can_be_taken_up_again(k_case, staff):
    move(k_case, "withdraw", staff)
    assert k_case.closed_at is not None and k_case.whose_turn == ""
    with pytest.raises(Conflict) as refused:
        waive_item(case_id=k_case.pk, code="passport", reason="Not in this test.", actor=staff)
    assert refused.value.code == "case_closed"

    move(k_case, "take_up_again", staff)

    assert k_case.closed_at is None and k_case.whose_turn == "candidate"
