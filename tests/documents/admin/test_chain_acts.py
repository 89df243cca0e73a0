"""Taking back, refiling, linking and using again, on the staff's pages: what is done, refused, and not offered."""

import pytest
from django.urls import reverse

from cases.models import Case, ChecklistItem
from documents.models import Document, Review
from documents.services.reviewing import request_changes
from documents.services.uploading import upload_document
from tests.case_steps import SAMPLES, send
from tests.conftest import World, timeline


def url(name: str, document: Document) -> str:
    return reverse(f"admin:documents_document_{name}", args=[document.pk])


@pytest.fixture
def cv_as_degree(k_case: Case, candidate) -> Document:
    return send(k_case, "degree", "cv.pdf", candidate)


def state(code: str) -> str:
    return ChecklistItem.objects.get(code=code).state


def test_a_decision_is_taken_back_by_the_button_it_is_told_with(in_scope: World, k_case, cv_as_degree):
    client = in_scope.reviewer.client()
    said = {"sha256": cv_as_degree.sha256, "reason": "wrong_document"}

    told = client.post(url("request_changes", cv_as_degree), said, follow=True).content.decode()
    assert f'action="{url("take_back", cv_as_degree)}"' in told
    done = client.post(url("take_back", cv_as_degree), follow=True).content.decode()

    assert "was taken back" in done and url("accept", cv_as_degree) in done
    assert (state("degree"), Review.objects.count()) == ("submitted", 0)
    assert timeline(k_case)[-2:] == ["document.taken_back", "item.put_back"]


def test_another_persons_decision_is_not_theirs_to_take_back(in_scope: World, k_case, cv_as_degree, second_person):
    request_changes(document_id=cv_as_degree.pk, reason="wrong_document", actor=second_person)
    events = timeline(k_case)
    client = in_scope.manager.client()

    assert url("take_back", cv_as_degree) not in client.get(url("change", cv_as_degree)).content.decode()
    answer = client.post(url("take_back", cv_as_degree), follow=True).content.decode()

    assert "by the person who made it" in answer
    assert in_scope.read_only.client().post(url("take_back", cv_as_degree)).status_code == 403
    assert timeline(k_case) == events and state("degree") == "changes_requested"


def test_a_document_is_moved_to_the_requirement_it_is_for(in_scope: World, k_case, cv_as_degree):
    client = in_scope.reviewer.client()
    page = client.get(url("change", cv_as_degree)).content.decode()
    assert '<option value="cv">' in page and '<option value="degree">' not in page

    client.post(url("refile", cv_as_degree), {"code": "cv", "sha256": cv_as_degree.sha256})

    assert (state("degree"), state("cv")) == ("requested", "submitted")
    assert "Moved here from: " in client.get(url("change", cv_as_degree)).content.decode()


def test_what_cannot_be_moved_there_says_why_and_stays(in_scope: World, k_case, cv_as_degree):
    events = timeline(k_case)
    answer = in_scope.reviewer.client().post(
        url("refile", cv_as_degree), {"code": "cv", "sha256": "0" * 64}, follow=True
    )

    assert "not the version you looked at" in answer.content.decode()
    assert timeline(k_case) == events and state("degree") == "submitted"


def test_a_translation_and_its_original_are_shown_on_both_pages(in_scope: World, k_case, candidate):
    degree = send(k_case, "degree", "degree-certificate.pdf", candidate)
    translation = send(k_case, "translation", "translation-zh.pdf", candidate)
    client = in_scope.reviewer.client()

    client.post(url("original", translation), {"original": str(degree.pk)})

    stored = Document.objects.get(pk=translation.pk)
    assert (stored.original_id, stored.made_for) == (degree.pk, "translation")
    for one, other in ((degree, translation), (translation, degree)):
        assert f'href="{url("change", other)}"' in client.get(url("change", one)).content.decode()
    client.post(url("original", translation), {"original": ""})
    assert timeline(k_case)[-2:] == ["document.linked", "document.unlinked"]


def test_what_is_no_original_of_it_is_refused(in_scope: World, k_case, candidate):
    cv = send(k_case, "cv", "cv.pdf", candidate)
    translation = send(k_case, "translation", "translation-zh.pdf", candidate)
    events = timeline(k_case)
    client = in_scope.reviewer.client()

    answer = client.post(url("original", translation), {"original": str(cv.pk)}, follow=True).content.decode()

    assert "no such step" in answer and timeline(k_case) == events
    with (SAMPLES / "transcript.pdf").open("rb") as file, pytest.raises(Exception, match="not_of_this_chain"):
        upload_document(
            case_id=k_case.pk, code="translation", file=file, file_name="t.pdf", actor=candidate, original_id=cv.pk
        )
    assert Document.objects.count() == 2


def test_staff_use_one_that_was_sent_before(in_scope: World, k_case, cv_as_degree):
    client = in_scope.manager.client()
    page = client.get(reverse("admin:documents_document_upload", args=[k_case.pk, "cv"])).content.decode()
    assert str(cv_as_degree.pk) in page
    address = reverse("admin:documents_document_reuse", args=[k_case.pk, "cv"])

    client.post(address, {"document": str(cv_as_degree.pk)})

    assert Document.objects.get(item__code="cv").copied_from_id == cv_as_degree.pk
    assert timeline(k_case)[-2:] == ["document.reused", "item.submitted"]
    assert in_scope.reviewer.client().post(address, {"document": str(cv_as_degree.pk)}).status_code == 403
    told = client.post(address, {"document": "nothing"}, follow=True).content.decode()
    assert "no such document of this person" in told and Document.objects.count() == 2


def test_staff_tell_the_dates_with_the_file(in_scope: World, k_case):
    address = reverse("admin:documents_document_upload", args=[k_case.pk, "cv"])
    with (SAMPLES / "cv.pdf").open("rb") as file:
        crossed = in_scope.manager.client().post(
            address, {"file": file, "issued_on": "2025-02-01", "expires_on": "2025-01-01"}
        )
    assert crossed.status_code == 422 and not Document.objects.exists()
    with (SAMPLES / "cv.pdf").open("rb") as file:
        in_scope.manager.client().post(address, {"file": file, "issued_on": "2025-02-01"})

    assert str(Document.objects.get().issued_on) == "2025-02-01"
