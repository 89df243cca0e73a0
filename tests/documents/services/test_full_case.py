"""Nobody fills the storage through one candidate."""

import io

import pytest
from django.test import Client

from cases.models import Case
from cases.services.opening import open_case
from documents.models import Document
from documents.services.uploading import upload_document
from relo.core.errors import Conflict
from tests.case_steps import SAMPLES
from tests.conftest import World
from tests.documents.portal.test_sending import blobs
from tests.portal_steps import item_url, signed_in, text, upload

CV, LETTER = (SAMPLES / name for name in ("cv.pdf", "employer-letter.pdf"))


def send(case: Case, world: World, path=CV) -> Document:
    return upload_document(
        case_id=case.pk, code="cv", file=io.BytesIO(path.read_bytes()), file_name="a.pdf", actor=world.manager.actor
    )


def test_a_candidate_may_send_so_many_files_replaced_ones_among_them(in_scope: World, k_case: Case, settings):
    settings.MAX_FILES_OF_CANDIDATE = 2
    send(k_case, in_scope)
    send(k_case, in_scope, LETTER)
    before = blobs()

    with pytest.raises(Conflict) as refused:
        send(k_case, in_scope)

    assert refused.value.code == "candidate_full"
    assert (Document.objects.count(), blobs()) == (2, before)


def test_a_candidate_may_send_so_many_bytes_and_not_one_more(in_scope: World, k_case: Case, settings):
    settings.MAX_BYTES_OF_CANDIDATE = CV.stat().st_size + LETTER.stat().st_size - 1
    send(k_case, in_scope)
    before = blobs()

    with pytest.raises(Conflict):
        send(k_case, in_scope, LETTER)
    assert (Document.objects.count(), blobs()) == (1, before)

    settings.MAX_BYTES_OF_CANDIDATE += 1
    send(k_case, in_scope, LETTER)
    assert Document.objects.count() == 2


def test_all_cases_of_a_candidate_count_and_the_page_tells_before(in_scope: World, k_case: Case, settings):
    settings.MAX_FILES_OF_CANDIDATE = 1
    second = open_case(route_code="CN-K", candidate=k_case.candidate_id, actor=in_scope.manager.actor)
    assert "Stored here: 0 of at most 1 files, 0\xa0bytes of at most 2.0\xa0GB a person." in page_of(second)
    send(k_case, in_scope)
    assert "Stored here: 1 of at most 1 files" in page_of(second)

    with pytest.raises(Conflict):
        send(second, in_scope)

    assert Document.objects.count() == 1


def page_of(case: Case) -> str:
    return text(signed_in(case).get(item_url(case, "cv")))


def test_that_a_candidate_sent_all_they_may_is_told_before_the_file_is_looked_into(
    in_scope: World, k_case: Case, settings, monkeypatch
):
    settings.MAX_FILES_OF_CANDIDATE = 0
    monkeypatch.setattr("documents.services.uploading.inspect_file", lambda *args: pytest.fail("looked into"))
    client: Client = signed_in(k_case, "zh-hans")

    answer = upload(client, k_case, "passport", (SAMPLES / "passport-data-page.jpg").open("rb"))

    assert answer.status_code == 409 and "这位申请人" in text(answer)
