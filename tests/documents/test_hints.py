"""What is measured of a file stands where its sender and its reviewer look, and keeps nothing out."""

import io
from typing import Any

import pytest
from PIL import Image

from cases.models import Case
from documents.models import Document
from documents.photo_check import hints_of_photo
from documents.services.uploading import upload_document
from tests.api import Program
from tests.case_steps import send
from tests.conftest import World, timeline
from tests.portal_steps import item_url, signed_in, text


def photo(world: World, case: Case, name: str) -> dict[str, str]:
    send(case, "photo_digital", name, world.manager.actor)
    told = Program(world).get(f"documents/{Document.objects.get().pk}/").json()
    return {hint["code"]: hint["result"] for hint in told["hints"]}


def test_a_photo_within_the_limits_is_told_so_and_what_only_an_eye_can_judge(in_scope: World, k_case: Case):
    hints = photo(in_scope, k_case, "photo-compliant.jpg")

    assert hints.pop("photo_head") == "cannot_tell"
    assert set(hints.values()) == {"good"}
    assert set(hints) == {
        "photo_width", "photo_height", "photo_kilobytes", "photo_colour", "photo_backdrop", "photo_sharpness",
    }  # fmt: skip


def test_a_photo_beyond_them_is_taken_and_told_what_was_measured_and_the_cure(in_scope: World, k_case: Case):
    hints = photo(in_scope, k_case, "photo-noncompliant.jpg")

    assert {code for code, result in hints.items() if result == "look"} >= {
        "photo_width", "photo_height", "photo_kilobytes", "photo_backdrop",
    }  # fmt: skip
    assert Document.objects.get().state == "ready"
    page = text(signed_in(k_case).get(item_url(k_case, "photo_digital")))
    assert "Width: 240 pixels; 354 to 420 are asked for. Have it taken or exported larger" in page
    chinese = text(signed_in(k_case, "zh-hans").get(item_url(k_case, "photo_digital")))
    assert "宽度：240像素，应为354至420。请重新拍摄" in chinese
    staff = text(in_scope.reviewer.client().get(f"/admin/documents/document/{Document.objects.get().pk}/change/"))
    assert "Stand before a white wall with light on it." in staff and "It decides nothing." in staff
    assert [kind for kind in timeline(k_case) if "hint" in kind] == []


@pytest.mark.parametrize("turned", [False, True])
def test_the_sides_of_a_photo_are_those_one_sees(in_scope: World, k_case: Case, turned: bool):
    taken = Image.open(io.BytesIO(compliant()))
    sides = {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"} if turned else {}
    written = io.BytesIO()
    (taken.rotate(90, expand=True) if turned else taken).save(written, "JPEG", quality=95, **sides)
    document = upload_document(
        case_id=k_case.pk, code="photo_digital", file=written, file_name="x.jpg", actor=in_scope.manager.actor
    )

    assert (document.measures["width"], document.measures["height"]) == (420, 560)


def compliant() -> bytes:
    from tests.case_steps import SAMPLES

    return (SAMPLES / "photo-compliant.jpg").read_bytes()


def test_a_dark_scan_is_hinted_at_until_somebody_decided(in_scope: World, k_case: Case):
    made = io.BytesIO()
    Image.new("RGB", (900, 1200), (9, 9, 9)).save(made, "PDF")
    document = upload_document(
        case_id=k_case.pk, code="cv", file=made, file_name="cv.pdf", actor=in_scope.manager.actor
    )

    assert "This page is very dark." in text(signed_in(k_case).get(item_url(k_case, "cv")))
    Document.objects.filter(pk=document.pk).update(state="accepted")
    assert "This page is very dark." not in text(signed_in(k_case).get(item_url(k_case, "cv")))


def test_a_good_paper_is_left_in_peace(in_scope: World, k_case: Case):
    send(k_case, "degree", "degree-certificate.pdf", in_scope.manager.actor)

    assert Program(in_scope).get(f"documents/{Document.objects.get().pk}/").json()["hints"] == []


def test_a_photo_that_was_never_measured_is_no_good_one(in_scope: World, k_case: Case):
    document: Any = send(k_case, "photo_digital", "photo-compliant.jpg", in_scope.manager.actor)
    document.measures = {}
    from cases.packs import pack_of_case

    limits = pack_of_case(k_case).requirement("photo_digital").photo
    assert limits is not None
    assert [(line.code, line.result) for line in hints_of_photo(document, limits)] == [("photo_type", "cannot_tell")]
