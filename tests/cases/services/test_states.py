"""On hold, more papers asked, refused, withdrawn, and applying again."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from cases.attempts import attempts_of, differences, hold_of
from cases.models import Attempt, AuthorityDecision, Case, Hold
from cases.packs import pack_of_case
from cases.process_notices import notices_of, sticker_differences
from cases.services.attempting import ask_visa
from cases.services.changing import change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.holding import hold_case, resume_case
from cases.services.moving import GateClosed, move_case
from cases.services.process import add_record
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.case_steps import blockers, item, move, settle_all
from tests.cases.post import plan
from tests.conftest import timeline, waiting
from tests.days import in_days

REASON = "No reason was given at the counter."


@pytest.fixture
def decided(k_case: Case) -> Case:
    """At the stage where the authority decides, with some of its items settled."""
    k_case.stage = "decision"
    k_case.planned_hand_in = in_days(10)
    k_case.facts = {"post": {"name": "Visa centre in Lahore"}, "travel_on": str(in_days(40))}
    k_case.save()
    return k_case


def leave(case: Case, name: str, actor, **told) -> Case:
    moved = move_case(case_id=case.pk, move_name=name, actor=actor, **{"reason": REASON, **told})
    case.refresh_from_db()
    return moved


@pytest.mark.parametrize("name", ["record_refusal", "withdraw", "ask_more_papers"])
def test_what_became_of_it_takes_a_reason(decided, staff, name):
    before = (timeline(decided), waiting())
    for told, code in (
        ({"reason": ""}, "reason_missing"),
        ({"reason": "  no "}, "reason_too_short"),
        ({"reason": "x" * 2001}, "reason_too_long"),
        ({"on": in_days(2)}, "day_in_the_future"),
    ):
        with pytest.raises(Invalid) as refused:
            leave(decided, name, staff, **told)
        assert refused.value.code == code
    decided.refresh_from_db()
    assert decided.stage == "decision" and (timeline(decided), waiting()) == before
    assert not AuthorityDecision.objects.exists() and not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("name", "outcome", "ends"),
    [("record_refusal", "refused", True), ("withdraw", "withdrawn", True), ("ask_more_papers", "more_papers", False)],
)
def test_it_stands_in_the_log_of_decisions_and_ends_the_application_if_it_does(decided, staff, name, outcome, ends):
    leave(decided, name, staff, on=in_days(-1))

    row = AuthorityDecision.objects.get()
    assert (row.outcome, row.on, row.reason, row.attempt) == (outcome, in_days(-1), REASON, 1)
    assert decided.stage == outcome and (decided.closed_at is not None) is ends
    assert [attempt.outcome for attempt in attempts_of(decided)] == ([outcome] if ends else [])


def test_a_move_along_the_way_takes_no_reason(k_case, staff):
    settle_all(k_case, staff)
    move_case(case_id=k_case.pk, move_name="start_screening", actor=staff)

    assert not AuthorityDecision.objects.exists()


def test_a_refused_application_keeps_what_was_used(decided, staff):
    settle_item(case_id=decided.pk, code="photo_digital", issued_on=in_days(-9), actor=staff)
    leave(decided, "record_refusal", staff)

    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.post, attempt.reason) == (1, "Visa centre in Lahore", REASON)
    assert attempt.planned_hand_in == in_days(10) and attempt.ended_on == in_days(0)
    assert {"photo_digital", "education"} <= {paper["code"] for paper in attempt.papers}
    assert next(p for p in attempt.papers if p["code"] == "photo_digital")["issued_on"] == str(in_days(-9))
    assert json.loads(attempt.facts)["degrees"][0]["institution"] == "Utopia Institute of Technology"
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts, reason, post FROM cases_attempt")
        assert not any(word in str(cursor.fetchone()) for word in ("Utopia", "counter", "Lahore"))


def test_applying_again_is_another_application_under_the_same_case(decided, staff):
    settle_item(case_id=decided.pk, code="photo_digital", issued_on=in_days(-9), actor=staff)
    today = in_days(0)
    settle_item(case_id=decided.pk, code="form_submitted", note="Sent", on=today, actor=staff)
    settle_item(case_id=decided.pk, code="passport_handed_in", note="Done", on=today, actor=staff)
    settle_item(case_id=decided.pk, code="photo_paper", issued_on=in_days(-9), actor=staff)
    waive_item(case_id=decided.pk, code="pickup_form", reason="Lost at the counter.", actor=staff)
    leave(decided, "record_refusal", staff)

    move(decided, "apply_again", staff)

    assert decided.closed_at is None and decided.stage == "screen" and decided.planned_hand_in is None
    assert [(attempt.number, attempt.outcome) for attempt in attempts_of(decided)] == [(1, "refused"), (2, "")]
    assert item("photo_digital").state == "accepted" and item("education").state == "accepted"
    assert item("form_submitted").state == "requested" and item("passport_handed_in").state == "requested"
    assert item("photo_paper").state == "requested"  # lies with the authority
    assert item("pickup_form").state == "waived"  # what a person waived stays so
    assert decided.facts == {"post": {"name": "Visa centre in Lahore"}}
    assert "attempt.begun" in timeline(decided)
    row = add_record(case_id=decided.pk, kind="status", values={"on": today, "status": "x"}, actor=staff)
    assert row.attempt == 2


def test_the_collection_appointed_for_an_earlier_application_is_over(decided, staff):
    at = {"at": datetime(2026, 1, 5, 2, tzinfo=UTC), "time_zone": "Asia/Shanghai"}
    add_record(case_id=decided.pk, kind="appointment", values={"kind": "collection", **at}, actor=staff)
    leave(decided, "record_refusal", staff)
    move(decided, "apply_again", staff)
    assert "pickup_on" not in decided.facts

    add_record(case_id=decided.pk, kind="appointment", values={"kind": "interview", **at}, actor=staff)

    decided.refresh_from_db()
    assert "pickup_on" not in decided.facts


def test_what_was_told_then_is_compared_with_today(decided, staff):
    leave(decided, "record_refusal", staff)
    move(decided, "apply_again", staff)
    change_case(case_id=decided.pk, facts={"has_offer": True, "ex_chinese": None}, actor=staff)

    decided.refresh_from_db()
    now = {"has_offer": True}
    found = {one.path: (one.then, one.now) for one in differences(Attempt.objects.get(number=1), now)}

    assert found["has_offer"] == ("✗", "✓") and found["ex_chinese"] == ("✗", "")
    assert [notice.code for notice in notices_of(decided, pack_of_case(decided))] == ["refused_before"]


def test_a_second_refusal_ends_the_second_application(decided, staff):
    leave(decided, "record_refusal", staff)
    move(decided, "apply_again", staff)
    Case.objects.filter(pk=decided.pk).update(stage="decision")
    leave(decided, "record_refusal", staff, reason="The papers did not agree.")

    assert [(a.number, a.reason) for a in attempts_of(decided)] == [(1, REASON), (2, "The papers did not agree.")]
    assert list(AuthorityDecision.objects.order_by("attempt").values_list("attempt", flat=True)) == [1, 2]


def test_a_sticker_that_differs_from_what_was_asked_is_pointed_out(k_case, staff):
    ask_visa(case_id=k_case.pk, visa_class="K", entries=99, stay_days=180, actor=staff)
    assert sticker_differences(k_case, list(attempts_of(k_case))) == []

    printed = {"visa_class": "K", "entries": 1, "stay_days": 30}
    k_case = change_case(case_id=k_case.pk, facts={"visa": printed}, actor=staff)

    assert sticker_differences(k_case, list(attempts_of(k_case))) == ["visa.entries", "visa.stay_days"]
    assert [notice.code for notice in notices_of(k_case, pack_of_case(k_case))] == ["visa_differs_from_asked"]


@pytest.mark.parametrize("wrong", [{"visa_class": "kk9"}, {"entries": 100}, {"stay_days": -1}])
def test_a_visa_that_cannot_be_asked_for_is_refused(k_case, staff, wrong):
    with pytest.raises(Invalid) as refused:
        ask_visa(case_id=k_case.pk, actor=staff, **{"visa_class": "", "entries": None, "stay_days": None, **wrong})

    assert set(refused.value.errors) == set(wrong) and not Attempt.objects.exists()


def test_a_case_on_hold_goes_no_further_until_it_is_taken_up_again(k_case, staff):
    settle_all(k_case, staff)
    hold_case(case_id=k_case.pk, reason="The degree comes in June.", until=in_days(90), actor=staff)
    with pytest.raises(GateClosed) as refused:
        move(k_case, "start_screening", staff)
    assert blockers(refused) == [("case_on_hold", "")]
    with pytest.raises(Conflict):
        hold_case(case_id=k_case.pk, reason="The degree comes in June.", actor=staff)

    resume_case(case_id=k_case.pk, actor=staff)

    move(k_case, "start_screening", staff)
    assert [one for one in timeline(k_case) if one.startswith("case.")][1:] == [
        "case.held", "case.resumed", "case.moved"]  # fmt: skip
    with pytest.raises(Conflict) as rests:
        resume_case(case_id=k_case.pk, actor=staff)
    assert rests.value.code == "case_not_on_hold"


def test_reminders_of_what_is_missing_rest_and_days_of_the_law_do_not(k_case, staff):
    facts = {"legal_stay": {"held": True, "expires_on": str(in_days(100))}}
    change_case(case_id=k_case.pk, facts=facts, actor=staff)
    plan()
    assert planned(k_case) >= {"R-ITEM", "R-LSTAY"}
    before = set(k_case.reminders.filter(state="planned").values_list("rule", "cycle", "due_at"))

    hold_case(case_id=k_case.pk, reason="The degree comes in June.", actor=staff)
    plan()
    assert "R-ITEM" not in planned(k_case) and "R-LSTAY" in planned(k_case)
    assert set(k_case.reminders.filter(rule="R-ITEM").values_list("state", "skip_reason")) == {("skipped", "on_hold")}

    resume_case(case_id=k_case.pk, actor=staff)
    plan()
    assert set(k_case.reminders.filter(state="planned").values_list("rule", "cycle", "due_at")) == before


def planned(case: Case) -> set[str]:
    return set(case.reminders.filter(state="planned").values_list("rule", flat=True))


def test_a_hold_that_cannot_be_is_refused(k_case, staff, second_person, other_world):
    for told, error in (({"reason": "wait"}, Invalid), ({"until": in_days(0)}, Invalid)):
        with pytest.raises(error):
            hold_case(case_id=k_case.pk, actor=staff, **{"reason": "The degree comes in June.", **told})
    with pytest.raises(NotPermitted):
        hold_case(case_id=k_case.pk, reason="The degree comes in June.", actor=second_person)
    with other_world.scope(), pytest.raises(NotFound):
        hold_case(case_id=k_case.pk, reason="The degree comes in June.", actor=other_world.manager.actor)

    assert not Hold.objects.exists()


def test_a_case_that_closes_rests_no_more(decided, staff):
    hold_case(case_id=decided.pk, reason="The degree comes in June.", actor=staff)
    leave(decided, "withdraw", staff)

    assert hold_of(decided) is None and Hold.objects.get().ended_by == f"staff:{staff.ref}"


def test_more_papers_are_handed_in_without_another_application(decided, staff):
    leave(decided, "ask_more_papers", staff, on=date(2026, 1, 5))
    move(decided, "resume_decision", staff)

    assert decided.stage == "decision" and not Attempt.objects.exists()
