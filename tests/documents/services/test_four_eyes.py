"""Where the route asks for four eyes, a document counts once a second, different person has accepted it."""

import pytest

from cases.routes.checks import check_pack
from cases.routes.comparing import differences
from cases.routes.reading import shipped_sources
from cases.services.checklist import settle_item
from cases.services.opening import open_case
from documents.models import Document, Packet, Review
from documents.services.reviewing import accept_document, request_changes, take_back_decision
from relo.core.errors import Conflict
from tests.case_steps import item, send
from tests.conftest import anna, timeline
from tests.days import in_days
from tests.rule_steps import drafted, edited, editors_of, published


@pytest.fixture
def case(in_scope):
    editors = editors_of(in_scope)
    published(
        edited(drafted(editors.first.actor), "requirements", "passport", editors.first.actor, four_eyes=True), editors
    )
    return open_case(route_code="CN-K", candidate=anna(), actor=in_scope.manager.actor)


@pytest.fixture
def passport(case, staff):
    return send(case, "passport", "passport-data-page.jpg", staff)


def accept(passport, actor, days=1500):
    return accept_document(document_id=passport.pk, actor=actor, expires_on=in_days(days))


def test_the_first_acceptance_settles_nothing(case, passport, second_person):
    accept(passport, second_person)

    assert (Document.objects.get().state, item("passport").state) == ("ready", "submitted")
    assert timeline(case)[-1] == "document.accepted_first"
    assert not Packet.objects.exists()


def test_the_second_of_another_person_settles_it_with_the_dates_of_the_second(case, passport, staff, second_person):
    accept(passport, second_person)
    accept(passport, staff, days=1600)

    review = Review.objects.get()
    assert (review.reviewed_by, review.seconded_by) == (f"staff:{second_person.ref}", f"staff:{staff.ref}")
    assert (item("passport").state, item("passport").expires_on) == ("accepted", in_days(1600))
    assert timeline(case)[-3:] == ["document.accepted_first", "document.accepted", "item.accepted"]


def test_the_same_person_does_not_second_themselves(case, passport, second_person):
    accept(passport, second_person)
    for act in (
        lambda: accept(passport, second_person),
        lambda: request_changes(document_id=passport.pk, reason="illegible", actor=second_person),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "second_person_needed"
    assert item("passport").state == "submitted" and timeline(case)[-1] == "document.accepted_first"


def test_the_second_person_may_find_something(case, passport, staff, second_person):
    accept(passport, second_person)
    request_changes(document_id=passport.pk, reason="cut_off", actor=staff)

    assert (Review.objects.get().decision, Review.objects.get().reviewed_by) == (
        "changes_requested",
        f"staff:{staff.ref}",
    )
    assert item("passport").state == "changes_requested"


def test_each_takes_back_their_own(case, passport, staff, second_person):
    accept(passport, second_person)
    accept(passport, staff)
    with pytest.raises(Conflict):
        take_back_decision(document_id=passport.pk, actor=second_person)
    take_back_decision(document_id=passport.pk, actor=staff)
    assert (item("passport").state, Review.objects.get().seconded_by) == ("submitted", "")

    take_back_decision(document_id=passport.pk, actor=second_person)
    assert not Review.objects.exists()


def test_nobody_settles_it_alone_by_hand(case, staff):
    with pytest.raises(Conflict) as refused:
        settle_item(case_id=case.pk, code="passport", expires_on=in_days(1500), actor=staff)

    assert refused.value.code == "two_people_needed" and item("passport").state == "requested"


def test_four_eyes_belong_to_documents_and_have_a_name(in_scope, shipped):
    (pack,) = [pack for pack in shipped if pack.code == "CN-K"]
    one = next(one for one in pack.requirements if one.kind == "document")
    other = next(one for one in pack.requirements if one.kind == "step")

    def with_four_eyes(code):
        rows = tuple(row.model_copy(update={"four_eyes": row.code == code}) for row in pack.requirements)
        return pack.model_copy(update={"requirements": rows})

    [difference] = differences(pack, with_four_eyes(one.code))
    assert difference.kind == "tightened" and "accepted by two people" in difference.text.en
    assert [fault.code for fault in check_pack(with_four_eyes(other.code), shipped_sources())] == ["does_not_fit_kind"]
