"""What a newer page of a consulate does to the open cases there: worked out, and decided by a person."""

import pytest

from cases.changed_rules import title_of_change
from cases.models import CaseChange, Choice, RuleChange
from cases.packs import pack_of_case
from cases.selectors import signature_of
from cases.services.changing import change_case
from cases.services.checklist import settle_item
from cases.services.deciding import sign_case
from cases.services.deciding_changes import decide_case, decide_group
from cases.services.posts import choose_post
from relo.core import clock
from relo.core.errors import Conflict
from relo.outbox import relay
from tests.case_steps import item, of_page, page_says, publish, published_post
from tests.conftest import World, timeline
from tests.days import in_days
from tests.rule_steps import effect_kinds

THREE_MONTHS = of_page(code="police", shelf_life={"counts_from": "issued_on", "months": 3})


@pytest.fixture
def post(in_scope: World):
    return published_post("police")


@pytest.fixture
def policed(k_case, staff, post):
    """The consulate asks for a police record, and one of four months was accepted."""
    choose_post(case_id=k_case.pk, post_id=post.pk, actor=staff)
    change_case(case_id=k_case.pk, actor=staff, planned_hand_in=in_days(30))
    settle_item(case_id=k_case.pk, code="police", actor=staff, issued_on=in_days(-120))
    k_case.refresh_from_db()
    return k_case


def published(post, *asks: str, **parts) -> RuleChange:
    edition = publish(post, page_says(*asks, **parts))
    relay.drain("default")
    return RuleChange.objects.get(post_edition=edition)


def row_of(change: RuleChange, case) -> CaseChange:
    return CaseChange.objects.get(change=change, case=case)


def test_a_shorter_life_at_one_post_reaches_the_cases_there_and_no_other(policed, post, staff):
    old, before = policed.post_edition, timeline(policed)
    change = published(post, "police", changed=[THREE_MONTHS])

    assert (change.cases_done, change.cases_total) == (1, 1)
    assert ("document_stops", "police") in effect_kinds(row_of(change, policed))
    assert title_of_change(change).en.startswith("Sample consulate, Utopia ")
    policed.refresh_from_db()
    assert policed.post_edition == old and timeline(policed) == before
    elsewhere = published_post("police", name="Sample embassy, Erewhon")
    assert not RuleChange.objects.filter(post_edition__post=elsewhere).exists()


def test_migrating_puts_the_case_on_the_newer_page(policed, post, staff):
    change = published(post, "police", changed=[THREE_MONTHS])
    row = row_of(change, policed)
    decide_case(change_id=change.pk, case_id=policed.pk, group_key=row.group_key, choice=Choice.MIGRATE, actor=staff)

    policed.refresh_from_db()
    assert policed.post_edition_id == change.post_edition_id
    assert item("police").state == "accepted" and item("police").valid_until < in_days(0)
    assert "rules.migrated" in timeline(policed) and row_of(change, policed).state == "migrated"
    assert pack_of_case(policed).requirement("police").shelf_life.months == 3
    with pytest.raises(Conflict):
        decide_group(change_id=change.pk, group_key=row.group_key, choice=Choice.KEEP, keep_until=in_days(9),
                     reason="They are late already.", actor=staff)  # fmt: skip


def test_what_the_page_asks_for_now_is_among_the_effects(policed, post, staff):
    change = published(post, "medical")

    kinds = effect_kinds(row_of(change, policed))
    assert ("item_added", "medical") in kinds and ("item_not_asked", "police") in kinds


def test_choosing_the_newer_page_by_hand_leaves_nothing_to_decide(policed, post, staff):
    change = published(post, "police", changed=[THREE_MONTHS])
    choose_post(case_id=policed.pk, post_id=post.pk, actor=staff)

    assert row_of(change, policed).state == "overtaken"


def test_a_newer_page_overtakes_what_nobody_decided(policed, post, staff):
    first = published(post, "police", changed=[THREE_MONTHS])
    second = published(post, "police", "medical")

    assert row_of(first, policed).state == "overtaken" and row_of(second, policed).state == "open"
    assert ("item_added", "medical") in effect_kinds(row_of(second, policed))


def test_the_pages_say_it_in_words(policed, post, staff, in_scope):
    change = published(post, "police", changed=[THREE_MONTHS])
    client = in_scope.manager.client()

    page = client.get(f"/admin/cases/rulechange/{change.pk}/change/").content.decode()
    assert "Sample consulate, Utopia" in page and "3 months from the day of issue" in page
    assert policed.reference in page
    assert "Sample consulate, Utopia" in client.get(f"/admin/cases/case/{policed.pk}/change/").content.decode()
    edition = client.get(f"/admin/cases/post/editions/{change.post_edition_id}/").content.decode()
    assert f"/admin/cases/rulechange/{change.pk}/change/" in edition
    [told] = client.get("/admin/cases/rulechange/").context["cl"].result_list
    assert told == change


def test_a_page_read_again_leaves_a_signature_and_one_that_asks_otherwise_ends_it(policed, post, staff, second_person):
    type(policed).objects.filter(pk=policed.pk).update(stage="review", stage_entered_at=clock.now())
    sign_case(case_id=policed.pk, actor=second_person)
    for asks, stands in ((["police"], True), (["police", "medical"], False)):
        publish(post, page_says(*asks))
        choose_post(case_id=policed.pk, post_id=post.pk, actor=staff)
        policed.refresh_from_db()
        assert (signature_of(policed) is not None) is stands
