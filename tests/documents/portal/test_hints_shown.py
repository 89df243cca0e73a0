"""Hints and the photo check at every door: shown beside the document, and in the way of nothing."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import ImageFilter

from cases.models import Case
from documents.models import Document
from documents.services.reviewing import accept_document
from tests.api import Program
from tests.case_steps import in_days
from tests.conftest import World
from tests.documents.intake.test_hints import page, portrait
from tests.documents.portal.test_sending import sample
from tests.portal_steps import signed_in, text, upload


def file_of(image: object, name: str, kind: str = "JPEG") -> SimpleUploadedFile:
    out = io.BytesIO()
    image.save(out, kind, quality=92)  # type: ignore[attr-defined]
    return SimpleUploadedFile(name, out.getvalue())


def blurred() -> SimpleUploadedFile:
    return file_of(page().filter(ImageFilter.GaussianBlur(4)), "scan.jpg")


def scan(*turns: int) -> SimpleUploadedFile:
    first, *others = [page().rotate(turn, expand=True).convert("RGB") for turn in turns]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=120)
    return SimpleUploadedFile("scan.pdf", out.getvalue())


def test_a_blurred_page_is_taken_and_its_owner_reads_why_to_look_again(k_case: Case) -> None:
    client = signed_in(k_case)
    sent = upload(client, k_case, "passport", blurred())

    assert sent.status_code == 303
    document = Document.objects.get()
    assert (document.state, [hint["code"] for hint in document.hints]) == ("ready", ["blurred"])
    shown = text(client.get(sent["Location"]))
    assert "We have received your document" in shown
    assert "Page 1 looks blurred" in shown
    assert "清晰度" in text(signed_in(k_case, "zh-hans").get(sent["Location"]))


def test_a_good_scan_says_nothing(k_case: Case) -> None:
    client = signed_in(k_case)
    sent = upload(client, k_case, "cv", sample("cv.pdf"))
    assert Document.objects.get().hints == []
    assert "worth another look" not in text(client.get(sent["Location"]))


def test_each_page_of_a_pdf_is_looked_at(k_case: Case) -> None:
    upload(signed_in(k_case), k_case, "cv", scan(0, 90, 0))
    assert [(hint["page"], hint["code"]) for hint in Document.objects.get().hints] == [(2, "sideways")]


def test_staff_read_hints_beside_the_page_and_accept_all_the_same(k_case: Case, world: World) -> None:
    upload(signed_in(k_case), k_case, "passport", blurred())
    document = Document.objects.get()
    review = text(world.manager.client().get(reverse("admin:documents_document_change", args=[document.pk])))
    assert "Page 1 looks blurred" in review
    assert reverse("admin:cases_case_passport_page", args=[k_case.pk]) in review

    accept_document(
        document_id=document.pk, sha256=document.sha256, expires_on=in_days(2000), actor=world.manager.actor
    )
    document.refresh_from_db()
    assert document.state == "accepted"


def test_a_photo_is_judged_with_figures_and_cure(k_case: Case, world: World) -> None:
    client = signed_in(k_case)
    sent = upload(client, k_case, "photo_digital", sample("photo-noncompliant.jpg"))

    assert sent.status_code == 303
    shown = text(client.get(sent["Location"]))
    for words in ("240 × 300", "354 to 420 wide", "too few pixels", "40 to 120 KB", "white wall", "cannot tell"):
        assert words in shown
    document = Document.objects.get()
    review = text(world.manager.client().get(reverse("admin:documents_document_change", args=[document.pk])))
    assert "240 × 300" in review
    assert "too few pixels" in review


def test_a_photo_that_fits_fails_nothing(k_case: Case) -> None:
    client = signed_in(k_case)
    sent = upload(client, k_case, "photo_digital", sample("photo-compliant.jpg"))
    shown = text(client.get(sent["Location"]))
    assert "420 × 560" in shown
    assert "does not fit" not in shown


def test_only_photos_are_judged_as_photos(k_case: Case) -> None:
    client = signed_in(k_case)
    sent = upload(client, k_case, "passport", file_of(portrait((600, 800)), "passport.jpg"))
    assert "Your photo against the rules" not in text(client.get(sent["Location"]))


@pytest.mark.parametrize("measured", [[{"code": "gone", "page": 1}], [{"code": "dark", "page": 1}]])
def test_hints_of_another_edition_of_relo_break_no_page(k_case: Case, measured: list[dict[str, object]]) -> None:
    client = signed_in(k_case)
    upload(client, k_case, "cv", sample("cv.pdf"))
    Document.objects.update(hints=measured)
    assert client.get(reverse("portal:item", args=[k_case.pk, "cv"])).status_code == 200


def test_programs_read_both(k_case: Case, world: World) -> None:
    upload(signed_in(k_case), k_case, "photo_digital", sample("photo-noncompliant.jpg"))
    document = Document.objects.get()
    answer = Program(world).get(f"documents/{document.pk}/")
    told = json.loads(answer.content)
    pixels = next(check for check in told["photo"] if check["code"] == "pixels")
    assert (pixels["outcome"], pixels["found"]["en"]) == ("fail", "240 × 300")
    assert pixels["cure"]["zh"]
