"""Moving the planned hand-in: what it breaks is told first, and what was given for another day ends."""

from datetime import date, timedelta

import pytest
import time_machine

from cases.calendars import add_working_days
from cases.hand_in_preview import HandInPreview, preview_hand_in
from cases.models import Case, Reminder, Signature
from cases.packs import pack_of_case
from cases.places import calendar_of
from cases.selectors import closed_until, hand_in_of, signature_of
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.deciding import sign_case
from cases.services.moving import GateClosed
from cases.wording import validity_words
from documents.services.packets import seal_packet
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.case_steps import blockers, built, item, move
from tests.conftest import timeline, waiting
from tests.days import in_days


def plan_for(case: Case, day: date | None, staff) -> None:
    change_case(case_id=case.pk, planned_hand_in=day, actor=staff)
    case.refresh_from_db()


def preview(case: Case, day: date | None, staff) -> HandInPreview:
    return preview_hand_in(case_id=case.pk, planned_hand_in=day, actor=staff)


def photo(case: Case, staff, issued_on: date) -> None:
    settle_item(case_id=case.pk, code="photo_digital", issued_on=issued_on, actor=staff)


def test_a_paper_that_lapses_is_named_before_the_day_is_saved(k_case, staff):
    plan_for(k_case, in_days(60), staff)
    photo(k_case, staff, in_days(-90))
    before = (timeline(k_case), waiting())

    seen = preview(k_case, in_days(150), staff)

    assert [one.code for one in seen.lapses] == ["photo_digital"] and seen.has_effects
    assert (seen.before.on, seen.after.on) == (in_days(60), in_days(150))
    k_case.refresh_from_db()
    assert k_case.planned_hand_in == in_days(60) and (timeline(k_case), waiting()) == before


def test_what_lapsed_may_serve_again_on_an_earlier_day(k_case, staff):
    plan_for(k_case, in_days(150), staff)
    photo(k_case, staff, in_days(-90))

    seen = preview(k_case, in_days(60), staff)

    assert seen.lapses == () and [one.code for one in seen.serves_again] == ["photo_digital"]


def test_rules_that_answer_differently_are_named(k_case, staff):
    facts = {"passport": {"expires_on": str(in_days(400))}}
    change_case(case_id=k_case.pk, facts=facts, planned_hand_in=in_days(30), actor=staff)

    seen = preview(k_case, in_days(300), staff)

    assert [(one.before, one.after) for one in seen.findings] == [("pass", "fail")]
    assert "six months" in seen.findings[0].name.en or "passport" in seen.findings[0].name.en.lower()


def test_a_day_a_reminder_warns_of_is_named_where_the_hand_in_would_pass_it(k_case, staff):
    facts = {"legal_stay": {"held": True, "expires_on": str(in_days(100))}}
    change_case(case_id=k_case.pk, facts=facts, planned_hand_in=in_days(30), actor=staff)

    assert preview(k_case, in_days(100), staff).overtaken == ()
    assert [one.on for one in preview(k_case, in_days(101), staff).overtaken] == [in_days(100)]


@time_machine.travel("2026-06-01 10:00Z")
def test_a_closed_day_is_said_with_the_next_open_one(k_case, staff):
    seen = preview(k_case, date(2026, 10, 2), staff)

    assert seen.is_closed_that_day and seen.next_open == date(2026, 10, 8)
    assert not preview(k_case, date(2026, 10, 8), staff).is_closed_that_day
    plan_for(k_case, date(2026, 10, 2), staff)
    assert closed_until(hand_in_of(k_case, pack_of_case(k_case)), k_case) == date(2026, 10, 8)


def test_the_same_preview_has_the_same_digest_and_another_day_another(k_case, staff):
    digests = {preview(k_case, in_days(days), staff).digest for days in (30, 30, 40)}

    assert len(digests) == 2


def test_the_day_that_stands_has_no_effects(k_case, staff):
    day = add_working_days(in_days(60), 1, calendar_of(k_case))
    plan_for(k_case, day, staff)

    assert not preview(k_case, day, staff).has_effects


def test_who_may_not_move_it_sees_no_preview_and_a_past_day_is_refused(k_case, staff, second_person, other_world):
    with pytest.raises(NotPermitted):
        preview(k_case, in_days(30), second_person)
    with pytest.raises(Invalid) as past:
        preview(k_case, in_days(-3), staff)
    with other_world.scope(), pytest.raises(NotFound):
        preview(k_case, in_days(30), other_world.manager.actor)
    move(k_case, "withdraw", staff)
    with pytest.raises(Conflict) as closed:
        preview(k_case, in_days(30), staff)

    assert past.value.code == "hand_in_in_the_past" and closed.value.code == "case_closed"


def test_a_signature_stands_for_the_day_it_was_given_for(in_review, staff, second_person):
    plan_for(in_review, in_days(60), staff)
    sign_case(case_id=in_review.pk, actor=second_person)
    assert preview(in_review, in_days(61), staff).voids_signature

    plan_for(in_review, in_days(61), staff)

    with pytest.raises(GateClosed) as refused:
        move(in_review, "fill_online_form", staff)
    assert ("signature_missing", "") in blockers(refused)
    sign_case(case_id=in_review.pk, actor=second_person)
    assert signature_of(in_review) is not None and Signature.objects.count() == 2


def test_back_on_the_signed_day_the_signature_counts_again(in_review, staff, second_person):
    plan_for(in_review, in_days(60), staff)
    sign_case(case_id=in_review.pk, actor=second_person)
    plan_for(in_review, in_days(61), staff)
    plan_for(in_review, in_days(60), staff)

    with pytest.raises(Conflict) as again:
        sign_case(case_id=in_review.pk, actor=second_person)

    assert again.value.code == "already_signed" and signature_of(in_review) is not None


def test_a_signature_without_a_planned_day_is_given_once(in_review, staff, second_person, world):
    sign_case(case_id=in_review.pk, actor=second_person)
    with pytest.raises(Conflict):
        sign_case(case_id=in_review.pk, actor=world.administrator.actor)

    plan_for(in_review, in_days(60), staff)

    assert signature_of(in_review) is None


def test_a_seal_ends_with_the_day_printed_on_it(case_in_review, staff, second_person):
    plan_for(case_in_review, in_days(60), staff)
    seal_packet(packet_id=built(case_in_review, staff).pk, actor=staff)
    case_in_review.refresh_from_db()
    assert preview(case_in_review, in_days(61), staff).voids_seal

    plan_for(case_in_review, in_days(61), staff)

    assert case_in_review.sealed_at is None and case_in_review.sealed_packet is None
    assert not preview(case_in_review, in_days(62), staff).voids_seal


def test_a_change_that_leaves_the_day_alone_leaves_signature_and_seal_alone(case_in_review, staff, second_person):
    plan_for(case_in_review, in_days(60), staff)
    seal_packet(packet_id=built(case_in_review, staff).pk, actor=staff)
    sign_case(case_id=case_in_review.pk, actor=second_person)

    change_case(case_id=case_in_review.pk, external_ref="HR-9", planned_hand_in=in_days(60), actor=staff)

    case_in_review.refresh_from_db()
    assert case_in_review.sealed_at is not None and signature_of(case_in_review) is not None


def test_how_long_a_paper_is_good_is_measured_against_the_hand_in(k_case, staff):
    plan_for(k_case, date(2099, 6, 1), staff)
    photo(k_case, staff, in_days(-10))
    row = item("photo_digital")

    def said(until: date, whose="your") -> tuple[str, str]:
        row.valid_until = until
        words = validity_words(row, hand_in_of(k_case, pack_of_case(k_case)), whose=whose)
        assert words is not None
        return words.en, words.zh

    assert said(date(2099, 5, 20)) == (
        "good until 20 May 2099, 12 days before your planned hand-in",
        "有效期至2099年5月20日，即计划递交日期前12天",
    )
    assert said(date(2099, 6, 2), "the")[0] == "good until 2 Jun 2099, 1 day after the planned hand-in"
    assert said(date(2099, 6, 1)) == (
        "good until 1 Jun 2099, on the day of your planned hand-in",
        "有效期至2099年6月1日，即计划递交日期当天",
    )


def test_what_was_not_accepted_or_keeps_has_no_such_words(k_case):
    row, hand_in = item("photo_digital"), hand_in_of(k_case, pack_of_case(k_case))

    assert validity_words(row, hand_in) is None
    row.state, row.valid_until = "accepted", None
    assert validity_words(row, hand_in) is None
    row.valid_until = hand_in.on - timedelta(days=1)
    assert "1 day before the estimated hand-in" in validity_words(row, hand_in).en


def test_reminders_that_hang_on_the_day_are_shown_to_move(k_case, staff, monkeypatch):
    """No shipped rule counts from the hand-in, so one is lent to the route."""
    pack = pack_of_case(k_case)
    rule = next(rule for rule in pack.reminders if rule.code == "R-PICK")
    counting = rule.model_copy(update={"trigger": rule.trigger.model_copy(update={"fact": "planned_hand_in"})})
    monkeypatch.setattr("cases.wanted_reminders.pack_of_case", lambda _case: pack.model_copy(
        update={"reminders": (counting,)}))  # fmt: skip
    plan_for(k_case, in_days(60), staff)

    seen = preview(k_case, in_days(62), staff)

    assert [(one.before, one.after) for one in seen.reminders] == [
        (in_days(60), in_days(62)),
        (in_days(63), in_days(65)),
    ]
    assert seen.overtaken == () and not Reminder.objects.filter(rule="R-PICK").exists()
