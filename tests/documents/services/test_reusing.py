"""One that was sent before: a document of its own, of the same stored bytes, judged for where it is used."""

import pytest

from cases.services.opening import open_case
from documents.models import Document, Rendition
from documents.services.linking import link_document
from documents.services.reusing import reusable_documents, reuse_document
from documents.services.reviewing import accept_document
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted, UnsupportedType
from relo.core.storage import chunks
from tests.case_steps import SAMPLES, item, send
from tests.conftest import anna, timeline
from tests.days import in_days


@pytest.fixture
def degree(k_case, candidate):
    return send(k_case, "degree", "degree-certificate.pdf", candidate)


@pytest.fixture
def second_case(k_case, staff):
    return open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=staff)


def reuse(document, case, code, actor):
    return reuse_document(document_id=document.pk, case_id=case.pk, code=code, actor=actor)


def test_for_another_item_it_is_a_new_document_of_the_same_bytes(k_case, candidate, degree, second_person):
    accept_document(document_id=degree.pk, actor=second_person)

    again = reuse(degree, k_case, "cv", candidate)

    assert again.pk != degree.pk and (again.copied_from_id, again.sha256) == (degree.pk, degree.sha256)
    assert b"".join(chunks(again.blob_key)) == (SAMPLES / "degree-certificate.pdf").read_bytes()
    kinds = [set(Rendition.objects.filter(document=one).values_list("kind", "sha256")) for one in (degree, again)]
    assert kinds[0] == kinds[1] and len(kinds[0]) == 3
    # Judged anew: what was accepted there is to be checked here.
    assert (again.state, item("cv").state, item("degree").state) == ("ready", "submitted", "accepted")
    assert timeline(k_case)[-2:] == ["document.reused", "item.submitted"]


def test_validity_is_judged_by_the_requirement_it_is_used_for(k_case, second_case, candidate, second_person):
    passport = send(k_case, "passport", "passport-data-page.jpg", candidate)
    accept_document(document_id=passport.pk, actor=second_person, expires_on=in_days(1500))
    passport.refresh_from_db()

    again = reuse(passport, second_case, "passport", candidate)

    there = second_case.items.get(code="passport")
    assert (again.expires_on, again.case_id) == (in_days(1500), second_case.pk)
    assert (there.state, there.valid_until, item_of(k_case).state) == ("submitted", None, "accepted")
    assert timeline(second_case)[-1] == "item.submitted" and timeline(k_case)[-1] == "item.accepted"


def item_of(case):
    return case.items.get(code="passport")


def test_used_twice_for_the_same_item_it_is_one_document(k_case, candidate, degree):
    first, second = reuse(degree, k_case, "cv", candidate), reuse(degree, k_case, "cv", candidate)

    assert first.pk == second.pk and Document.objects.count() == 2


def test_somebody_elses_document_is_as_unknown_as_none(in_scope, k_case, staff, degree):
    other = open_case(route_code="CN-K", candidate=anna(email="b@example.org"), actor=staff)
    stranger = Actor(ActorKind.CANDIDATE, str(other.candidate_id), other.agency_id, frozenset({"documents.upload"}))
    events = timeline(other)
    for actor in (stranger, staff):  # staff may see both, and a paper of one person is none of the other
        with pytest.raises(Invalid) as refused:
            reuse(degree, other, "cv", actor)
        assert refused.value.code == "document_unknown"
    with pytest.raises(NotPermitted):
        reuse(degree, k_case, "cv", in_scope.read_only.actor)
    assert (timeline(other), Document.objects.count()) == (events, 1)
    assert reusable_documents(other, "cv", staff) == reusable_documents(other, "cv", stranger) == []


def test_refused_and_nothing_stored(k_case, candidate, degree, staff):
    events = timeline(k_case)
    for code, refusal, error in (
        ("photo_digital", UnsupportedType, "type_not_accepted_here"),
        ("nothing", NotFound, "not_found"),
    ):
        with pytest.raises(refusal) as refused:
            reuse(degree, k_case, code, candidate)
        assert refused.value.code == error
    Document.objects.filter(pk=degree.pk).update(state="refused")
    with pytest.raises(Conflict) as unusable:
        reuse(degree, k_case, "cv", candidate)
    assert unusable.value.code == "document_not_usable"
    assert (timeline(k_case), Document.objects.count()) == (events, 1)
    assert reusable_documents(k_case, "cv", candidate) == []


def test_each_file_is_offered_once_and_not_where_it_is_already(k_case, second_case, candidate, degree):
    reuse(degree, second_case, "degree", candidate)

    assert [one.sha256 for one in reusable_documents(k_case, "cv", candidate)] == [degree.sha256]
    assert reusable_documents(k_case, "degree", candidate) == []


def test_a_translation_names_its_original(k_case, candidate, second_person, degree):
    translation = send(k_case, "translation", "cv.pdf", candidate)
    link_document(document_id=translation.pk, original_id=degree.pk, actor=second_person)

    stored = Document.objects.get(pk=translation.pk)
    assert (stored.original_id, stored.made_for) == (degree.pk, "translation")
    assert timeline(k_case)[-1] == "document.linked"
