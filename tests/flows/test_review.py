"""Review and move: a decision is bound to what was looked at, settles the item, and opens the gate."""

import pytest

from cases.services.checklist import waive_item
from cases.services.moving import GateClosed, move_case
from documents.models import Document, Review
from documents.services.reviewing import accept_document, request_changes
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.case_steps import decide_all, item, move, send, settle_all
from tests.conftest import timeline
from tests.days import in_days


@pytest.fixture
def passport(k_case, staff) -> Document:
    return send(k_case, "passport", "passport-data-page.jpg", staff)


def test_accepting_settles_the_item_with_its_dates(k_case, passport, second_person):
    accept_document(document_id=passport.pk, actor=second_person, sha256=passport.sha256, expires_on=in_days(1500))

    stored = item("passport")
    assert stored.state == "accepted" and stored.expires_on == in_days(1500)
    assert stored.valid_until < in_days(1500)  # it must outlast the hand-in by six months
    review = Review.objects.get()
    assert (review.decision, review.sha256) == ("accepted", passport.sha256)
    assert timeline(k_case)[-2:] == ["document.accepted", "item.accepted"]


def test_a_document_with_a_shelf_life_needs_its_date(passport, second_person):
    with pytest.raises(Invalid) as refused:
        accept_document(document_id=passport.pk, actor=second_person)

    assert "expires_on" in refused.value.errors
    assert item("passport").state == "submitted" and not Review.objects.exists()


def test_a_case_moves_once_the_last_item_is_accepted(k_case, passport, staff):
    waive_item(case_id=k_case.pk, code="consent", reason="Signed at the office", actor=staff)
    with pytest.raises(GateClosed) as refused:
        move_case(case_id=k_case.pk, move_name="start_screening", actor=staff)
    assert [(b.code, b.subject) for b in refused.value.blockers] == [("item_to_check", "passport")]

    accept_document(document_id=passport.pk, actor=staff, expires_on=in_days(1500))

    assert move_case(case_id=k_case.pk, move_name="start_screening", actor=staff).stage == "screen"


def test_a_passport_that_lapses_before_the_hand_in_shuts_the_way_to_review(k_case, passport, staff):
    from cases.selectors import moves_of

    accept_document(document_id=passport.pk, actor=staff, expires_on=in_days(100))
    settle_all(k_case, staff)
    for name in ("start_screening", "confirm_post", "start_collecting", "authenticate"):
        decide_all(k_case, staff)
        move(k_case, name, staff)

    [row] = [row for row in moves_of(k_case) if row.move.name == "send_to_review"]

    assert [(b.code, b.subject) for b in row.blockers] == [("item_lapses_before_hand_in", "passport")]


def test_a_document_that_lapses_before_the_hand_in_makes_room_for_a_newer_one(k_case, passport, staff):
    accept_document(document_id=passport.pk, actor=staff, expires_on=in_days(100))
    waive_item(case_id=k_case.pk, code="consent", reason="Signed at the office", actor=staff)
    k_case.refresh_from_db()
    assert k_case.whose_turn == "candidate"
    with pytest.raises(Conflict) as refused:
        send(k_case, "passport", "passport-data-page.jpg", staff)
    assert refused.value.code == "document_sent_before"

    newer = send(k_case, "passport", "photo-compliant.jpg", staff)

    passport.refresh_from_db()
    assert passport.state == "superseded" and item("passport").state == "submitted"
    accept_document(document_id=newer.pk, actor=staff, expires_on=in_days(2000))
    assert item("passport").expires_on == in_days(2000)


def test_asking_for_changes_gives_the_item_back_with_the_reason_in_the_candidates_language(
    k_case, passport, second_person
):
    k_case.candidate.language = "zh-hans"
    k_case.candidate.save()

    request_changes(document_id=passport.pk, reason="illegible", note="See the second line.", actor=second_person)

    stored = item("passport")
    assert stored.state == "changes_requested"
    assert "无法辨认" in stored.note and "See the second line." in stored.note
    passport.refresh_from_db()
    assert passport.state == "changes_requested"


def test_the_same_bytes_are_not_sent_again_after_changes_were_asked_for(k_case, passport, staff, second_person):
    request_changes(document_id=passport.pk, reason="illegible", actor=second_person)

    with pytest.raises(Conflict) as refused:
        send(k_case, "passport", "passport-data-page.jpg", staff)

    assert refused.value.code == "document_sent_before" and Document.objects.count() == 1


@pytest.mark.parametrize(("reason", "note"), [("ugly", ""), ("other", "  ")])
def test_a_reason_comes_from_the_library_or_in_own_words(passport, second_person, reason, note):
    with pytest.raises(Invalid):
        request_changes(document_id=passport.pk, reason=reason, note=note, actor=second_person)

    assert item("passport").state == "submitted"


def test_a_version_is_decided_on_once(passport, staff, second_person):
    request_changes(document_id=passport.pk, reason="cut_off", actor=staff)

    with pytest.raises(Conflict) as refused:
        accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))

    assert refused.value.code == "document_decided" and Review.objects.count() == 1


def test_a_decision_on_other_bytes_than_those_looked_at_is_refused(passport, second_person):
    with pytest.raises(Conflict) as refused:
        accept_document(document_id=passport.pk, actor=second_person, sha256="0" * 64, expires_on=in_days(1500))

    assert refused.value.code == "document_changed"


def test_a_replaced_version_can_no_longer_be_accepted(k_case, passport, staff):
    send(k_case, "passport", "photo-compliant.jpg", staff)

    with pytest.raises(Conflict):
        accept_document(document_id=passport.pk, actor=staff, expires_on=in_days(1500))


def test_who_may_only_read_decides_nothing(passport, world):
    with pytest.raises(NotPermitted):
        accept_document(document_id=passport.pk, actor=world.read_only.actor, expires_on=in_days(1500))


def test_another_agencys_document_answers_like_a_missing_one(passport, other_world):
    with other_world.scope(), pytest.raises(NotFound):
        accept_document(document_id=passport.pk, actor=other_world.manager.actor, expires_on=in_days(1500))
