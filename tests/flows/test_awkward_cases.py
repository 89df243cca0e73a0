"""Real cases that do not go by the book (visa facts, part 7): what relo says and does, from telling to reminder."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine

from cases.attempts import attempts_of, differences
from cases.hand_in_preview import preview_hand_in
from cases.models import Case, Reminder
from cases.packs import pack_of_case
from cases.process_notices import notices_of
from cases.selectors import findings_of, hand_in_of
from cases.services.attempting import ask_visa
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.holding import hold_case, resume_case
from cases.services.moving import GateClosed, move_case
from cases.services.opening import open_case
from cases.services.process import add_record, change_record
from relo.core.actors import Actor
from tests.case_steps import blockers, decide_all, item, move, settle_all
from tests.cases.post import plan
from tests.conftest import World, anna


@pytest.fixture
def staff(in_scope: World) -> Actor:
    return in_scope.manager.actor


def opened(staff: Actor, **facts: object) -> Case:
    return open_case(route_code="CN-K", candidate=anna(facts={**anna().facts, **facts}), actor=staff)


def tell(case: Case, staff: Actor, **facts: object) -> Case:
    told = change_case(case_id=case.pk, facts=facts, actor=staff)
    case.refresh_from_db()
    return told


def result(case: Case, rule: str) -> str:
    return next(row.finding.result for row in findings_of(case, pack_of_case(case)) if row.finding.code == rule)


def days_of(case: Case, rule: str) -> list[date]:
    plan()
    rows = Reminder.objects.filter(case=case, rule=rule, state="planned").order_by("due_at")
    return [row.due_at.date() for row in rows]


def notices(case: Case) -> list[str]:
    case = Case.objects.select_related("candidate", "agency", "route_version").get(pk=case.pk)
    return [notice.code for notice in notices_of(case, pack_of_case(case))]


def test_2_a_degree_that_is_still_to_come(staff: Actor) -> None:
    """The case rests until the day of conferral; then the rule answers by itself."""
    with time_machine.travel("2026-03-02 10:00Z"):
        degree = {**anna().facts["degrees"][0], "conferred_on": "2026-06-30"}
        case = opened(staff, degrees=[degree])
        change_case(case_id=case.pk, planned_hand_in=date(2026, 6, 1), actor=staff)
        assert result(case, "K-CONF") == "fail"
        hold_case(case_id=case.pk, reason="The degree comes on 30 June.", until=date(2026, 6, 30), actor=staff)
        assert days_of(case, "R-ITEM") == []
    with time_machine.travel("2026-07-01 10:00Z"):
        change_case(case_id=case.pk, planned_hand_in=date(2026, 9, 1), actor=staff)
        resume_case(case_id=case.pk, actor=staff)
        case.refresh_from_db()
        assert result(case, "K-CONF") == "pass" and days_of(case, "R-ITEM") != []


@time_machine.travel("2026-03-02 10:00Z")
def test_7_a_police_certificate_that_lapses_when_the_review_drags_on(staff: Actor) -> None:
    """Its six months count from issue; put the hand-in off, and it is named before that is saved."""
    case = opened(staff)
    change_case(case_id=case.pk, facts={"post": {"asks_police": True}}, planned_hand_in=date(2026, 6, 1), actor=staff)
    settle_item(case_id=case.pk, code="police", issued_on=date(2026, 1, 15), actor=staff)
    assert item("police").valid_until == date(2026, 7, 15)

    seen = preview_hand_in(case_id=case.pk, planned_hand_in=date(2026, 8, 3), actor=staff)
    assert [one.code for one in seen.lapses] == ["police"]

    change_case(case_id=case.pk, planned_hand_in=date(2026, 8, 3), actor=staff)
    settle_all(case, staff)
    for name in ("start_screening", "confirm_post", "start_collecting", "authenticate"):
        decide_all(case, staff)
        move(case, name, staff)
    with pytest.raises(GateClosed) as refused:
        move(case, "send_to_review", staff)
    assert blockers(refused) == [("item_lapses_before_hand_in", "police")]
    assert days_of(case, "R-POLICE") == [date(2026, 5, 31), date(2026, 7, 1)]


def test_10_refused_and_applied_again(staff: Actor) -> None:
    case = opened(staff, has_offer=False)
    tell(case, staff, post={"name": "Visa centre in Lahore"})
    Case.objects.filter(pk=case.pk).update(stage="decision")
    move_case(case_id=case.pk, move_name="record_refusal", reason="No reason was given.", actor=staff)
    move_case(case_id=case.pk, move_name="apply_again", actor=staff)
    told = tell(case, staff, has_offer=True, offer={"employer": "Institute of Optics"})

    first, second = attempts_of(case)
    assert (first.outcome, first.post, first.reason) == ("refused", "Visa centre in Lahore", "No reason was given.")
    assert second.outcome == "" and "refused_before" in notices(case)
    now = {**told.candidate.facts, **told.facts}
    assert {one.path for one in differences(first, now)} >= {"has_offer", "offer.employer"}
    assert json.loads(first.facts)["has_offer"] is False


@time_machine.travel("2026-03-02 10:00Z")
def test_14_the_sticker_says_less_than_was_asked_for(staff: Actor) -> None:
    """What is printed counts: the end of the stay comes earlier, and its reminders with it."""
    case = opened(staff)
    ask_visa(case_id=case.pk, visa_class="K", entries=99, stay_days=180, actor=staff)
    tell(case, staff, visa={"visa_class": "K", "entries": 99, "stay_days": 180, "rp_required": False})
    add_record(case_id=case.pk, kind="entry", values={"entered_on": date(2026, 3, 1)}, actor=staff)
    assert notices(case) == [] and days_of(case, "R-STAY")[-1] == date(2026, 8, 25)

    tell(case, staff, visa={"entries": 1, "stay_days": 60})

    assert notices(case) == ["visa_differs_from_asked"]
    assert days_of(case, "R-STAY") == [date(2026, 3, 31), date(2026, 4, 16), date(2026, 4, 27)]


@time_machine.travel("2026-03-02 10:00Z")
def test_15_already_in_china_and_the_case_rests_the_alarm_does_not(staff: Actor) -> None:
    case = open_case(
        route_code="CN-K",
        candidate=anna(residence_country="CN", facts={**anna().facts, "legal_stay": {"held": True}}),
        actor=staff,
    )
    tell(case, staff, visa={"visa_class": "M", "stay_days": 60, "rp_required": False})
    entry = add_record(case_id=case.pk, kind="entry", values={"entered_on": date(2026, 3, 1)}, actor=staff)
    assert result(case, "K-INCN") == "needs_review"

    hold_case(case_id=case.pk, reason="Advice only until the exit-entry office answers.", actor=staff)
    assert days_of(case, "R-ITEM") == [] and days_of(case, "R-STAY")[-1] == date(2026, 4, 27)

    left = {"left_on": date(2026, 3, 2)}
    change_record(case_id=case.pk, kind="entry", record_id=entry.pk, values=left, actor=staff)
    assert days_of(case, "R-STAY") == []


@time_machine.travel("2026-09-18 10:00Z")
def test_20_a_long_holiday_pushes_the_hand_in_past_the_life_of_the_form(staff: Actor) -> None:
    """Fifteen days from 18 September end on 3 October; the post is closed from the 1st to the 7th."""
    case = open_case(route_code="CN-K", candidate=anna(residence_country="DE"), actor=staff)
    tell(case, staff, post={"name": "Visa centre", "form_days": 15})
    change_case(case_id=case.pk, planned_hand_in=date(2026, 9, 30), actor=staff)
    settle_item(case_id=case.pk, code="form_submitted", note="Sent", on=date(2026, 9, 18), actor=staff)

    closed = preview_hand_in(case_id=case.pk, planned_hand_in=date(2026, 10, 2), actor=staff)
    assert closed.next_open == date(2026, 10, 8) and not closed.opening_is_estimate
    late = preview_hand_in(case_id=case.pk, planned_hand_in=date(2026, 10, 8), actor=staff)
    assert [one.on for one in late.overtaken] == [date(2026, 10, 3)]
    # Three, six and nine working days on: a made-up Sunday counts, the week of the holiday does not.
    assert days_of(case, "R-PRELIM") == [date(2026, 9, 22), date(2026, 9, 28), date(2026, 10, 8)]


@time_machine.travel("2026-03-02 10:00Z")
def test_21_the_permit_ends_while_the_passport_lies_at_the_post(staff: Actor) -> None:
    """Handed in on Friday the 5th of June, back after four working days: on the 11th."""
    case = opened(staff, legal_stay={"held": True, "expires_on": "2026-06-08"})
    change_case(case_id=case.pk, planned_hand_in=date(2026, 6, 5), actor=staff)
    assert notices(case) == ["legal_stay_ends_before_collection"]

    tell(case, staff, legal_stay={"held": True, "expires_on": "2026-06-11"})
    assert notices(case) == []

    at = datetime(2026, 6, 15, 2, tzinfo=UTC)
    collection = {"kind": "collection", "at": at, "time_zone": "Asia/Shanghai"}
    add_record(case_id=case.pk, kind="appointment", values=collection, actor=staff)
    assert notices(case) == ["legal_stay_ends_before_collection"]
    assert hand_in_of(case, pack_of_case(case)).on == date(2026, 6, 5)
