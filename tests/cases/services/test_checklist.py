from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cases.models import ChecklistItem
from cases.services.changing import change_case
from cases.services.checklist import ask_for_changes, reopen_item, settle_item, submit_item, waive_item
from cases.services.opening import open_case
from relo.core import clock
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from tests.conftest import timeline, waiting


def item(case, code) -> ChecklistItem:
    return ChecklistItem.objects.get(case=case, code=code)


def today(case):
    return clock.today(case.agency.time_zone)


def test_a_step_is_settled_with_what_it_asks_for(k_case, staff):
    settle_item(case_id=k_case.pk, code="screening_explained", note="Told by phone", on=today(k_case), actor=staff)

    stored = item(k_case, "screening_explained")
    assert (stored.state, stored.note, stored.settled_on) == ("accepted", "Told by phone", today(k_case))
    assert stored.settled_by == f"staff:{staff.ref}"
    k_case.refresh_from_db()
    assert k_case.items_settled == ChecklistItem.objects.filter(case=k_case, state="accepted").count()
    assert timeline(k_case)[-1] == "item.accepted"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"on": "today", "note": ""}, "note"),
        ({"note": "Read"}, "date"),
        ({"note": "Read", "on": "today", "url": "javascript:alert(1)"}, "url"),
        ({"note": "Read", "on": "tomorrow", "url": "https://example.org"}, "date"),
    ],
)
def test_a_step_that_lacks_what_it_asks_for_stays_open(k_case, staff, sent, field):
    days = {"today": today(k_case), "tomorrow": today(k_case) + timedelta(days=1)}
    sent = {"url": "https://example.org/k", **sent, "on": days.get(sent.get("on", ""))}

    with pytest.raises(Invalid) as refused:
        settle_item(case_id=k_case.pk, code="post_page_read", actor=staff, **sent)

    assert field in refused.value.errors
    assert item(k_case, "post_page_read").state == "requested" and timeline(k_case) == ["case.opened"]


def test_a_step_that_brings_facts_is_settled_once_they_are_told(k_case, staff):
    def settle() -> None:
        settle_item(case_id=k_case.pk, code="entry_recorded", on=today(k_case), actor=staff)

    with pytest.raises(Invalid) as refused:
        settle()
    assert refused.value.code == "facts_missing" and refused.value.extra["missing"] == ["entered_on"]

    change_case(case_id=k_case.pk, facts={"entered_on": str(today(k_case))}, actor=staff)
    settle()

    assert item(k_case, "entry_recorded").state == "accepted"


def test_the_future_begins_where_the_agencys_day_ends(k_case, staff):
    """An hour past midnight in Shanghai it is still yesterday in London."""
    midnight = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=0, minute=0) + timedelta(days=7)

    with time_machine.travel(midnight + timedelta(hours=1)):
        change_case(case_id=k_case.pk, facts={"entered_on": str(midnight.date())}, actor=staff)
        tomorrow = str(midnight.date() + timedelta(days=1))
        with pytest.raises(Invalid) as refused:
            change_case(case_id=k_case.pk, facts={"entered_on": tomorrow}, actor=staff)

    assert list(refused.value.errors) == ["entered_on"]
    k_case.refresh_from_db()
    assert k_case.facts["entered_on"] == str(midnight.date())


def test_a_settled_item_is_not_settled_again(k_case, staff):
    waive_item(case_id=k_case.pk, code="passport", reason="Seen at the office", actor=staff)

    with pytest.raises(Conflict) as refused:
        settle_item(case_id=k_case.pk, code="passport", actor=staff)

    assert refused.value.code == "item_settled"


@pytest.mark.parametrize(("reason", "code"), [("  ", "reason_missing"), ("  Seen it.    ", "reason_too_short")])
def test_a_waiver_needs_a_reason_in_a_sentence(k_case, staff, reason, code):
    with pytest.raises(Invalid) as refused:
        waive_item(case_id=k_case.pk, code="passport", reason=reason, actor=staff)

    assert (refused.value.code, list(refused.value.errors)) == (code, ["reason"])
    assert item(k_case, "passport").state == "requested"
    assert timeline(k_case) == ["case.opened"]


def test_ten_characters_are_a_sentence(k_case, staff):
    waive_item(case_id=k_case.pk, code="passport", reason=" 本所已核对护照原件。 ", actor=staff)

    assert item(k_case, "passport").note == "本所已核对护照原件。"


def test_a_waiver_needs_the_right_role(k_case, second_person):
    with pytest.raises(NotPermitted):
        waive_item(case_id=k_case.pk, code="passport", reason="There is no need for it.", actor=second_person)

    assert item(k_case, "passport").state == "requested"


def test_a_missing_item_answers_like_a_missing_case(k_case, staff, other_world):
    with pytest.raises(NotFound):
        settle_item(case_id=k_case.pk, code="shoe_size", actor=staff)
    with other_world.scope(), pytest.raises(NotFound):
        settle_item(case_id=k_case.pk, code="passport", actor=other_world.manager.actor)


def test_telling_a_fact_decides_what_was_undecided(k_case, staff):
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True, "asks_medical": False}}, actor=staff)

    assert not item(k_case, "police").is_undecided
    assert item(k_case, "medical").state == "no_longer_needed"
    assert "facts.changed" in timeline(k_case) and "item.no_longer_needed" in timeline(k_case)


def test_a_fact_that_changes_back_brings_the_item_back(k_case, staff):
    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO", "DE"]}, actor=staff)
    assert item(k_case, "passport_all").state == "requested"

    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO"]}, actor=staff)
    assert item(k_case, "passport_all").state == "no_longer_needed"

    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO", "DE"]}, actor=staff)
    assert item(k_case, "passport_all").state == "requested"


def test_a_waiver_survives_a_change_of_facts(k_case, staff):
    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO", "DE"]}, actor=staff)
    waive_item(case_id=k_case.pk, code="passport_all", reason="Surrendered in 2019", actor=staff)
    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO"]}, actor=staff)

    assert item(k_case, "passport_all").state == "waived"


def test_telling_the_same_fact_again_changes_nothing(k_case, staff):
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True}}, actor=staff)
    before, mails = timeline(k_case), waiting()
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True}}, actor=staff)

    assert timeline(k_case) == before and waiting() == mails


def test_a_fact_that_cannot_be_right_changes_nothing(k_case, staff):
    with pytest.raises(Invalid) as refused:
        change_case(
            case_id=k_case.pk, facts={"post": {"asks_police": True}, "passport": {"blank_pages": -1}}, actor=staff
        )

    assert "passport.blank_pages" in refused.value.errors
    assert item(k_case, "police").is_undecided and timeline(k_case) == ["case.opened"]


def test_the_turn_passes_between_candidate_and_agency(k_case, staff):
    def turn() -> str:
        k_case.refresh_from_db()
        return k_case.whose_turn

    assert turn() == "candidate"
    for code in ("passport", "consent"):
        submit_item(case_id=k_case.pk, code=code, actor=staff)
    assert turn() == "agency"
    ask_for_changes(case_id=k_case.pk, code="consent", reason="Signature missing", actor=staff)
    assert turn() == "candidate"


def test_changes_are_asked_for_only_where_something_was_sent(k_case, staff):
    with pytest.raises(Conflict):
        ask_for_changes(case_id=k_case.pk, code="passport", reason="Blurred", actor=staff)

    assert item(k_case, "passport").state == "requested"


def test_an_acceptance_can_be_taken_back(k_case, staff):
    settle_item(case_id=k_case.pk, code="passport", expires_on=today(k_case) + timedelta(days=900), actor=staff)
    assert item(k_case, "passport").valid_until is not None

    reopen_item(case_id=k_case.pk, code="passport", actor=staff)

    stored = item(k_case, "passport")
    assert (stored.state, stored.valid_until, stored.settled_at) == ("requested", None, None)


def test_a_fact_about_the_person_reaches_all_their_open_cases(k_case, staff):
    second = open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=staff)

    change_case(case_id=k_case.pk, facts={"nationalities": ["UTO", "DE"]}, actor=staff)

    assert item(second, "passport_all").state == "requested" == item(k_case, "passport_all").state
    assert timeline(second) == ["case.opened", "item.added"]
