"""Which post a case goes to, and what follows when it goes to another."""

from datetime import date, timedelta

import pytest

from cases.calendars import Calendar
from cases.models import Case, CaseEvent, ChecklistItem
from cases.packs import pack_of_case
from cases.places import calendar_of
from cases.post_selectors import cases_on_edition, newer_edition
from cases.selectors import facts_of
from cases.services.changing import change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.posts import choose_post
from relo.core import clock
from relo.core.errors import Conflict, NotFound, NotPermitted
from tests.case_steps import (
    item,
    move,
    of_page,
    page_says,
    publish,
    published_post,
    settle_all,
)
from tests.conftest import timeline
from tests.days import in_days


def choose(case: Case, post, actor) -> Case:
    chosen = choose_post(case_id=case.pk, post_id=post.pk if post else None, actor=actor)
    case.refresh_from_db()
    return chosen


def extra(code: str = "bank_letter", **changes):
    return of_page(
        code=code,
        kind="document",
        name={"en": "Letter of the bank", "zh": "银行证明"},
        why={"en": "The page asks for it.", "zh": "页面要求提供。"},
        group="records",
        stage="collect",
        provider="candidate",
        accepts=["pdf"],
        **changes,
    )


def told(case: Case, code: str) -> tuple[str, bool]:
    row = ChecklistItem.objects.get(case=case, code=code)
    return row.state, row.is_undecided


def test_what_the_post_asks_decides_the_checklist(k_case, staff):
    assert told(k_case, "police") == ("requested", True)
    before = timeline(k_case)

    choose(k_case, published_post("police", extra=[extra()], dropped=[of_page(code="cv")]), staff)

    assert told(k_case, "police") == ("requested", False)
    assert told(k_case, "medical") == ("no_longer_needed", False)
    assert told(k_case, "bank_letter") == ("requested", False)
    assert told(k_case, "cv")[0] == "no_longer_needed"
    assert told(k_case, "post_asks")[0] == told(k_case, "post_chosen")[0] == "accepted"
    new = timeline(k_case)[len(before) :]
    assert new[0] == "case.post_chosen" and new.count("item.added") == 1


def test_what_the_page_leaves_open_is_not_read_as_no(k_case, staff):
    says = page_says("police")
    says["facts"].pop("asks_medical")
    from tests.case_steps import new_post

    post = new_post()
    publish(post, says)

    choose(k_case, post, staff)

    assert told(k_case, "medical") == ("requested", True)
    assert told(k_case, "post_asks")[0] == "requested"
    known = facts_of(Case.objects.select_related("agency", "candidate").get()).post
    assert known is not None and known.asks_medical is None and known.asks_police is True


def test_a_paper_accepted_for_half_a_year_is_judged_by_three_months(k_case, staff):
    choose(k_case, published_post("police"), staff)
    issued = in_days(0) - timedelta(days=100)
    settle_item(case_id=k_case.pk, code="police", issued_on=issued, actor=staff)
    assert item("police").valid_until > in_days(60)

    three = of_page(code="police", shelf_life={"counts_from": "issued_on", "months": 3})
    choose(k_case, published_post("police", name="Sample embassy, Erewhon", changed=[three]), staff)

    assert item("police").state == "accepted" and item("police").valid_until < in_days(0)


def test_a_paper_whose_age_counts_now_is_asked_anew_where_nobody_wrote_it_down(k_case, staff):
    choose(k_case, published_post(), staff)
    settle_item(case_id=k_case.pk, code="cv", actor=staff)

    young = of_page(code="cv", shelf_life={"counts_from": "issued_on", "months": 1})
    choose(k_case, published_post(name="Sample embassy, Erewhon", changed=[young]), staff)

    assert item("cv").state == "requested"


def test_moving_to_another_consulate_keeps_the_items_and_opens_what_belongs_to_the_post(k_case, staff, second_person):
    """The candidate moves to another country in the middle: nothing starts again but what hangs on the post."""
    first = published_post("police", "fingerprints", extra=[extra()])
    second = published_post("medical", name="Sample embassy, Erewhon")
    choose(k_case, first, staff)
    settle_item(case_id=k_case.pk, code="police", issued_on=in_days(0), actor=staff)
    settle_item(case_id=k_case.pk, code="cv", actor=staff)
    settle_item(case_id=k_case.pk, code="bank_letter", actor=staff)
    read = {"note": "Read in full.", "on": in_days(0), "url": "https://example.org/k"}
    settle_item(case_id=k_case.pk, code="post_page_read", actor=staff, **read)
    waive_item(case_id=k_case.pk, code="visa_fee", reason="Paid by the employer", actor=staff)
    settle_all(k_case, staff, "intake")
    move(k_case, "start_screening", staff)
    before = timeline(k_case)

    choose(k_case, second, staff)

    states = dict(ChecklistItem.objects.filter(case=k_case).values_list("code", "state"))
    assert k_case.stage == "screen"
    assert (states["police"], states["cv"], states["bank_letter"]) == ("accepted",) * 3  # kept, needed or not
    assert states["post_page_read"] == "requested"  # the page of the other one
    assert states["visa_fee"] == "waived"  # a person's word
    assert states["fingerprints"] == "no_longer_needed" and states["medical"] == "requested"
    assert "case.post_chosen" in timeline(k_case)[len(before) :]
    assert pack_of_case(k_case).requirement("bank_letter").name.en == "Letter of the bank"

    choose(k_case, first, staff)

    states = dict(ChecklistItem.objects.filter(case=k_case).values_list("code", "state"))
    assert states["fingerprints"] == "requested" and states["medical"] == "no_longer_needed"
    assert states["police"] == "accepted" and states["bank_letter"] == "requested"
    assert list(k_case.former_requirements) == ["bank_letter"]


def test_chosen_again_nothing_changes(k_case, staff):
    post = published_post("police")
    choose(k_case, post, staff)
    before = (timeline(k_case), list(ChecklistItem.objects.order_by("pk").values()))

    choose(k_case, post, staff)

    assert (timeline(k_case), list(ChecklistItem.objects.order_by("pk").values())) == before


def test_a_case_stays_on_its_edition_until_somebody_chooses_the_newer_one(k_case, staff):
    post = published_post("police")
    choose(k_case, post, staff)
    old = k_case.post_edition
    settle_item(case_id=k_case.pk, code="police", issued_on=in_days(0), actor=staff)
    settle_item(
        case_id=k_case.pk, code="post_page_read", actor=staff, note="Read.", on=in_days(0), url="https://example.org/k"
    )

    new = publish(post, page_says("medical"))

    k_case.refresh_from_db()
    assert k_case.post_edition == old and told(k_case, "medical")[0] == "no_longer_needed"
    assert newer_edition(k_case) == new and list(cases_on_edition(old)) == [k_case]
    assert list(cases_on_edition(new)) == []

    choose(k_case, post, staff)

    assert k_case.post_edition == new and newer_edition(k_case) is None
    assert told(k_case, "medical")[0] == "requested" and item("police").state == "accepted"
    assert item("post_page_read").state == "accepted"  # the same post: what was done there was done


def test_without_a_post_it_is_as_before(k_case, staff):
    choose(k_case, published_post("police", extra=[extra()]), staff)

    choose(k_case, None, staff)

    assert k_case.post_edition is None and timeline(k_case).count("case.post_removed") == 1
    assert told(k_case, "police") == ("requested", True)
    assert told(k_case, "bank_letter")[0] == "no_longer_needed"
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": False}}, actor=staff)
    assert told(k_case, "police")[0] == "no_longer_needed"


def test_what_was_told_by_hand_counts_only_without_a_post(k_case, staff):
    change_case(case_id=k_case.pk, facts={"post": {"asks_police": True}}, actor=staff)

    choose(k_case, published_post(), staff)

    assert k_case.facts == {} and told(k_case, "police")[0] == "no_longer_needed"
    with pytest.raises(Conflict) as refused:
        change_case(case_id=k_case.pk, facts={"post": {"asks_police": True}}, actor=staff)
    assert refused.value.code == "post_is_chosen"


def test_a_seal_does_not_outlive_a_paper_that_is_asked_anew(k_case, staff):
    choose(k_case, published_post(), staff)
    settle_item(case_id=k_case.pk, code="cv", actor=staff)
    Case.objects.filter(pk=k_case.pk).update(sealed_packet=1, sealed_at=clock.now())

    young = of_page(code="cv", shelf_life={"counts_from": "issued_on", "months": 1})
    choose(k_case, published_post(name="Sample embassy, Erewhon", changed=[young]), staff)

    assert k_case.sealed_at is None and k_case.sealed_packet is None


def test_only_what_is_there_in_use_and_published_can_be_chosen(k_case, staff, other_world):
    from cases.services.post_editions import set_post_in_use
    from relo.core.actors import system_actor
    from tests.case_steps import new_post

    with other_world.scope():
        foreign = published_post()
    idle, bare = published_post(name="Sample embassy, Erewhon"), new_post("Sample centre, Nowhere")
    set_post_in_use(post_id=idle.pk, is_active=False, actor=system_actor("tests"))
    before = timeline(k_case)

    with pytest.raises(NotFound):
        choose(k_case, foreign, staff)
    for post, code in ((idle, "post_not_in_use"), (bare, "post_has_no_edition")):
        with pytest.raises(Conflict) as refused:
            choose(k_case, post, staff)
        assert refused.value.code == code
    k_case.refresh_from_db()
    assert k_case.post_edition is None and timeline(k_case) == before


def test_who_may_only_read_chooses_no_post(k_case, world):
    post = published_post()

    with pytest.raises(NotPermitted):
        choose_post(case_id=k_case.pk, post_id=post.pk, actor=world.read_only.actor)


def test_the_timeline_names_the_post_by_its_id(k_case, staff):
    post = published_post()
    choose(k_case, post, staff)

    event = CaseEvent.objects.get(kind="case.post_chosen")
    assert event.data == {"post": str(post.pk), "edition": in_days(0).isoformat()}


def test_days_are_counted_by_the_calendar_of_the_post(k_case, staff):
    keeps = of_page(country="DZ", closed_on=["2026-12-24"])
    choose(k_case, published_post(holidays=keeps), staff)

    assert calendar_of(k_case) == Calendar(host="DZ", closed=frozenset({date(2026, 12, 24)}), zone="UTC")

    choose(k_case, published_post(name="Sample embassy, Erewhon"), staff)
    assert calendar_of(k_case).host == k_case.post_edition.post.country and not calendar_of(k_case).closed
