"""A candidate sends a document: what is stored, what the timeline says, and what stays silent when it is refused."""

import io

import pikepdf
import pytest

from cases.models import CaseEvent, ChecklistItem
from documents.models import Document
from documents.services.uploading import clean_file_name, upload_document
from relo.core import storage
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, NotFound, ReloError
from tests.case_steps import SAMPLES, send
from tests.conftest import timeline, waiting


def pdf(**save) -> io.BytesIO:
    document, file = pikepdf.new(), io.BytesIO()
    document.add_blank_page()
    document.save(file, **save)
    file.seek(0)
    return file


def test_a_document_is_stored_as_sent_and_waits_to_be_checked(k_case, candidate):
    document = send(k_case, "passport", "passport-data-page.jpg", candidate)

    assert (document.state, document.kind, document.version, document.pages) == ("ready", "jpeg", 1, 1)
    assert b"".join(storage.chunks(document.blob_key)) == (SAMPLES / "passport-data-page.jpg").read_bytes()
    item = ChecklistItem.objects.get(code="passport")
    assert item.state == "submitted"
    assert timeline(k_case) == ["case.opened", "document.uploaded", "item.submitted"]
    last = CaseEvent.objects.last()
    assert (last.actor_kind, last.actor_ref) == ("candidate", candidate.ref)
    assert "passport-data-page" not in str(list(CaseEvent.objects.values_list("data", flat=True)))


def test_a_second_version_replaces_the_first_and_keeps_it(k_case, candidate):
    send(k_case, "cv", "cv.pdf", candidate)
    second = send(k_case, "cv", "employer-letter.pdf", candidate)

    assert second.version == 2
    assert list(Document.objects.order_by("version").values_list("state", flat=True)) == ["superseded", "ready"]


REFUSED = {
    "encrypted": (lambda: pdf(encryption=pikepdf.Encryption(owner="o", user="secret")), "x.pdf", "pdf_encrypted"),
    "cut off": (lambda: io.BytesIO((SAMPLES / "cv.pdf").read_bytes()[:30_000]), "cv.pdf", "pdf_damaged"),
    "empty": (lambda: io.BytesIO(b""), "cv.pdf", "file_empty"),
}


@pytest.mark.parametrize(("make", "name", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_used_leaves_nothing_behind(k_case, candidate, make, name, code):
    before = waiting()
    with pytest.raises(ReloError) as refused:
        upload_document(case_id=k_case.pk, code="cv", file=make(), file_name=name, actor=candidate)

    assert refused.value.code == code
    assert not Document.objects.exists() and timeline(k_case) == ["case.opened"] and waiting() == before


def test_an_item_that_takes_no_file_says_so(k_case, candidate):
    with pytest.raises(Conflict) as refused:
        send(k_case, "photo_paper", "photo-compliant.jpg", candidate)

    assert refused.value.code == "item_takes_no_document"


def test_a_photo_is_taken_as_a_picture_only(k_case, candidate):
    with pytest.raises(ReloError) as refused:
        send(k_case, "photo_digital", "cv.pdf", candidate)

    assert refused.value.code == "type_not_accepted_here" and "JPEG" in str(refused.value.detail)


def test_another_candidate_cannot_send_to_this_case(k_case, candidate):
    stranger = Actor(
        ActorKind.CANDIDATE, "00000000-0000-4000-8000-000000000000", k_case.agency_id, candidate.permissions
    )
    with pytest.raises(NotFound):
        send(k_case, "cv", "cv.pdf", stranger)

    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("..\\..\\etc\\passwd.pdf", "passwd.pdf"),
        ("/srv/x/cv.pdf", "cv.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("护照.pdf", "护照.pdf"),
        ("", "document"),
    ],
)
def test_a_file_name_is_text_to_show_and_nothing_else(sent, shown):
    assert clean_file_name(sent) == shown
