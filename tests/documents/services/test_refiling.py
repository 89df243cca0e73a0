"""A file sent for the wrong requirement is moved, with what is known of it; both items follow."""

import pytest

from cases.models import CaseEvent
from cases.services.checklist import waive_item
from documents.models import Document, PacketChoice
from documents.services.packet_choices import choose_for_packet
from documents.services.refiling import refile_document
from documents.services.reviewing import accept_document
from relo.core.errors import Conflict, NotFound, NotPermitted, UnsupportedType
from tests.case_steps import item, send
from tests.conftest import timeline


@pytest.fixture
def cv_as_degree(k_case, candidate):
    return send(k_case, "degree", "cv.pdf", candidate)


def refile(document, code, actor, sha256=""):
    return refile_document(document_id=document.pk, code=code, actor=actor, sha256=sha256)


def test_it_waits_at_the_right_item_and_the_wrong_one_is_open_again(k_case, cv_as_degree, second_person):
    moved = refile(cv_as_degree, "cv", second_person, cv_as_degree.sha256)

    assert (moved.pk, moved.item.code, moved.version, moved.refiled_from) == (cv_as_degree.pk, "cv", 1, "degree")
    assert (item("degree").state, item("cv").state, moved.state) == ("requested", "submitted", "ready")
    assert timeline(k_case)[-3:] == ["document.refiled", "item.put_back", "item.put_back"]
    assert CaseEvent.objects.get(kind="document.refiled").data == {
        "item": "cv",
        "document": str(moved.pk),
        "refiled_from": "degree",
    }


def test_an_item_whose_other_documents_are_accepted_is_settled_by_it(k_case, candidate, second_person):
    degree = send(k_case, "degree", "degree-certificate.pdf", candidate)
    wrong = send(k_case, "degree", "cv.pdf", candidate)
    accept_document(document_id=degree.pk, actor=second_person)
    assert item("degree").state == "submitted"

    refile(wrong, "cv", second_person)

    assert item("degree").state == "accepted"


def test_what_was_there_for_a_single_document_is_replaced_and_kept(k_case, candidate, cv_as_degree, second_person):
    before = send(k_case, "cv", "transcript.pdf", candidate)

    moved = refile(cv_as_degree, "cv", second_person)

    assert moved.version == 2
    assert Document.objects.get(pk=before.pk).state == "superseded"


def test_what_hung_on_the_wrong_requirement_is_cut(k_case, candidate, staff, second_person):
    wrong = send(k_case, "degree", "transcript.pdf", candidate)
    made = send(k_case, "degree", "cv.pdf", candidate)
    Document.objects.filter(pk=made.pk).update(original=wrong, made_for="translation")
    choose_for_packet(document_id=wrong.pk, left_out_reason="Sent for the wrong one", actor=staff)

    refile(wrong, "cv", second_person)

    made.refresh_from_db()
    assert (made.original, made.made_for) == (None, "")
    assert not PacketChoice.objects.exists()


def unchanged(case, document, events):
    stored = Document.objects.get(pk=document.pk)
    assert (stored.item_id, stored.version, stored.refiled_from) == (document.item_id, document.version, "")
    assert timeline(case) == events


def test_refused_and_nothing_changes(k_case, candidate, cv_as_degree, second_person, staff, in_scope):
    waive_item(case_id=k_case.pk, code="cv", reason="Not needed in this test", actor=staff)
    send(k_case, "passport", "cv.pdf", candidate)
    events = timeline(k_case)
    for code, refusal, error in (
        ("degree", Conflict, "filed_there_already"),
        ("nothing", NotFound, "not_found"),
        ("cv", Conflict, "item_settled"),
        ("photo_digital", UnsupportedType, "type_not_accepted_here"),
        ("passport", Conflict, "document_exists"),
        ("consent_step", NotFound, "not_found"),
    ):
        with pytest.raises(refusal) as refused:
            refile(cv_as_degree, code, second_person)
        assert refused.value.code == error, code
    with pytest.raises(Conflict) as refused:
        refile(cv_as_degree, "passport", second_person, "0" * 64)
    assert refused.value.code == "document_changed"
    with pytest.raises(NotPermitted):
        refile(cv_as_degree, "passport", in_scope.read_only.actor)
    unchanged(k_case, cv_as_degree, events)


def test_what_was_decided_on_stays_where_it_is(k_case, cv_as_degree, second_person):
    accept_document(document_id=cv_as_degree.pk, actor=second_person)
    events = timeline(k_case)
    with pytest.raises(Conflict) as refused:
        refile(cv_as_degree, "cv", second_person)

    assert refused.value.code == "document_decided"
    unchanged(k_case, cv_as_degree, events)
