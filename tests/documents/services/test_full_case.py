"""Nobody fills the storage through one case."""

import io

import pytest
from django.test import Client

from cases.models import Case
from documents.models import Document
from documents.services.uploading import upload_document
from relo.core.errors import Conflict
from tests.case_steps import SAMPLES
from tests.conftest import World
from tests.documents.portal.test_sending import blobs
from tests.portal_steps import signed_in, text, upload

CV, LETTER = (SAMPLES / name for name in ("cv.pdf", "employer-letter.pdf"))


def send(case: Case, world: World, path=CV) -> Document:
    return upload_document(
        case_id=case.pk, code="cv", file=io.BytesIO(path.read_bytes()), file_name="a.pdf", actor=world.manager.actor
    )


def test_a_case_takes_so_many_files_replaced_ones_among_them(in_scope: World, k_case: Case, settings):
    settings.MAX_FILES_OF_CASE = 2
    send(k_case, in_scope)
    send(k_case, in_scope, LETTER)
    before = blobs()

    with pytest.raises(Conflict) as refused:
        send(k_case, in_scope)

    assert refused.value.code == "case_full"
    assert (Document.objects.count(), blobs()) == (2, before)


def test_a_case_takes_so_many_bytes_and_not_one_more(in_scope: World, k_case: Case, settings):
    settings.MAX_BYTES_OF_CASE = CV.stat().st_size + LETTER.stat().st_size - 1
    send(k_case, in_scope)
    before = blobs()

    with pytest.raises(Conflict):
        send(k_case, in_scope, LETTER)
    assert (Document.objects.count(), blobs()) == (1, before)

    settings.MAX_BYTES_OF_CASE += 1
    send(k_case, in_scope, LETTER)
    assert Document.objects.count() == 2


def test_a_full_case_is_told_before_the_file_is_looked_into(in_scope: World, k_case: Case, settings, monkeypatch):
    settings.MAX_FILES_OF_CASE = 0
    monkeypatch.setattr("documents.services.uploading.inspect_file", lambda *args: pytest.fail("looked into"))
    client: Client = signed_in(k_case, "zh-hans")

    answer = upload(client, k_case, "passport", (SAMPLES / "passport-data-page.jpg").open("rb"))

    assert answer.status_code == 409 and "案件" in text(answer)
