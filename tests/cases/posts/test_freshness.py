"""What was read at a post too long ago stops the hand-in, unless a named person takes it on."""

from datetime import date, timedelta

import pytest
import time_machine

from cases.explaining import explain
from cases.gates import Blocker, CaseFacts, PostFacts, post_is_fresh
from cases.models import FreshnessWaiver
from cases.packs import pack_of_case
from cases.selectors import case_facts
from cases.services.posts import choose_post, waive_freshness
from relo.accounts.services import actor_of_token
from relo.core import clock
from relo.core.errors import Conflict, Invalid, NotPermitted
from tests.case_steps import move, page_says, publish, published_post
from tests.conftest import timeline
from tests.days import in_days

REASON = "Called the counter today; nothing has changed."
DAY = date(2026, 11, 20)


def stops(case) -> list[str]:
    case.refresh_from_db()
    return [blocker.code for blocker in post_is_fresh(case_facts(case, pack_of_case(case)))]


@pytest.fixture
def stale(in_review, staff):
    """A case in review, 31 days after the page was read: the route allows 30."""
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        yield in_review


@pytest.mark.parametrize(
    ("post", "codes"),
    [
        (None, ["post_not_chosen"]),
        (PostFacts(fresh_until=DAY, today=DAY), []),
        (PostFacts(fresh_until=DAY, today=DAY + timedelta(days=1)), ["post_stale"]),
        (PostFacts(fresh_until=DAY, today=DAY + timedelta(days=1), is_waived=True), []),
    ],
)
def test_the_gate(post, codes):
    assert [b.code for b in post_is_fresh(CaseFacts(stage_position=0, hand_in_on=DAY, post=post))] == codes


def test_it_stands_where_the_hand_in_is_readied(k_case):
    moves = [move.name for move in pack_of_case(k_case).moves if "post_is_fresh" in move.gates]

    assert moves == ["fill_online_form", "prepare_hand_in"]


@pytest.mark.parametrize("code", ["post_not_chosen", "post_stale"])
def test_it_says_what_cures_it(k_case, code):
    text = explain(Blocker(code), pack_of_case(k_case))

    assert text.en.count(".") >= 2 and text.zh


def test_a_case_without_a_post_is_not_handed_in(k_case):
    assert stops(k_case) == ["post_not_chosen"]


def test_thirty_days_after_the_reading_it_counts_and_a_day_later_not(in_review):
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        assert stops(in_review) == []
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        assert stops(in_review) == ["post_stale"]


def test_the_day_to_look_again_comes_first(k_case, staff):
    soon = published_post(review_by=str(in_days(3)))
    choose_post(case_id=k_case.pk, post_id=soon.pk, actor=staff)

    with time_machine.travel(clock.now() + timedelta(days=4), tick=True):
        assert stops(k_case) == ["post_stale"]


def test_a_named_person_goes_on_with_a_reason_for_this_visit_to_the_stage(stale, staff):
    waive_freshness(case_id=stale.pk, reason=REASON, actor=staff)

    waiver = FreshnessWaiver.objects.get()
    assert stops(stale) == [] and timeline(stale)[-1] == "freshness.waived"
    assert (str(waiver.waived_by_id), waiver.reason, waiver.post_edition) == (staff.ref, REASON, stale.post_edition)

    move(stale, "send_back", staff)

    assert stops(stale) == ["post_stale"]


def test_what_the_post_says_now_makes_the_waiver_void(stale, staff):
    waive_freshness(case_id=stale.pk, reason=REASON, actor=staff)
    post = stale.post_edition.post

    publish(post, page_says())
    assert stops(stale) == ["post_stale"]

    choose_post(case_id=stale.pk, post_id=post.pk, actor=staff)
    assert stops(stale) == []


def test_it_is_refused_where_there_is_nothing_to_take_on(in_review, k_case, staff):
    with pytest.raises(Conflict) as refused:
        waive_freshness(case_id=in_review.pk, reason=REASON, actor=staff)
    assert refused.value.code == "post_is_fresh"

    choose_post(case_id=k_case.pk, post_id=None, actor=staff)
    with pytest.raises(Conflict) as refused:
        waive_freshness(case_id=k_case.pk, reason=REASON, actor=staff)
    assert refused.value.code == "post_not_chosen"
    assert not FreshnessWaiver.objects.exists()


def test_it_takes_a_sentence_a_person_and_the_permission(stale, staff, world):
    with pytest.raises(Invalid):
        waive_freshness(case_id=stale.pk, reason="ok", actor=staff)
    with pytest.raises(NotPermitted):
        waive_freshness(case_id=stale.pk, reason=REASON, actor=world.reviewer.actor)
    from relo.accounts.models import ApiToken

    program = actor_of_token(ApiToken.objects.get(agency=world.agency))
    with pytest.raises(NotPermitted) as refused:
        waive_freshness(case_id=stale.pk, reason=REASON, actor=program)
    assert refused.value.code == "person_needed"
    assert not FreshnessWaiver.objects.exists() and stops(stale) == ["post_stale"]


def test_once_is_enough(stale, staff):
    waive_freshness(case_id=stale.pk, reason=REASON, actor=staff)

    with pytest.raises(Conflict) as refused:
        waive_freshness(case_id=stale.pk, reason=REASON, actor=staff)
    assert refused.value.code == "freshness_waived" and FreshnessWaiver.objects.count() == 1
