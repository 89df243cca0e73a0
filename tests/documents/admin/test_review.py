import hashlib
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.models import Case, ChecklistItem
from cases.routes.months import add_months
from cases.services.changing import change_case
from documents.models import Document, DocumentAccess, Rendition, Review
from relo.desk.wording import day_in_words
from tests.conftest import World, timeline
from tests.days import in_days

SAMPLES = Path(__file__).parents[3] / "documents" / "samples"
PASSPORT = SAMPLES / "passport-data-page.jpg"
FIRST = {("working_copy", 0), ("preview", 1), ("thumbnail", 1)}
EXPIRES = in_days(2000)


def url(name: str, document: Document) -> str:
    return reverse(f"admin:documents_document_{name}", args=[document.pk])


def sent(path: Path = PASSPORT) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


@pytest.fixture
def passport(world: World, k_case: Case) -> Document:
    """Anna's passport, sent on her behalf from the page of the case."""
    address = reverse("admin:documents_document_upload", args=[k_case.pk, "passport"])
    world.manager.client().post(address, {"file": sent()})
    with world.scope():
        return Document.objects.select_related("case").get()


def item(world: World, document: Document) -> ChecklistItem:
    with world.scope():
        return ChecklistItem.objects.get(pk=document.item_id)


def stored(world: World, document: Document) -> Document:
    with world.scope():
        return Document.objects.get(pk=document.pk)


def decided(world: World) -> list[Review]:
    with world.scope():
        return list(Review.objects.all())


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_staff_upload_on_the_candidates_behalf(world: World, k_case: Case, passport: Document) -> None:
    assert (passport.kind, passport.uploaded_by) == ("jpeg", f"staff:{world.manager.user.pk}")
    assert item(world, passport).state == "submitted"
    with world.scope():
        assert timeline(k_case) == ["case.opened", "document.uploaded", "item.submitted"]


def test_a_file_that_is_refused_says_what_to_do(world: World, k_case: Case) -> None:
    address = reverse("admin:documents_document_upload", args=[k_case.pk, "passport"])
    answer = world.manager.client().post(address, {"file": SimpleUploadedFile("scan.docx", b"PK\x03\x04 not a page")})

    assert answer.status_code == 422
    assert "save" in answer.content.decode().lower()
    with world.scope():
        assert not Document.objects.exists()


def test_what_waits_is_listed_and_linked_from_the_case(world: World, k_case: Case, passport: Document) -> None:
    client = world.reviewer.client()

    assert url("change", passport) in client.get(reverse("admin:documents_document_changelist")).content.decode()
    assert url("change", passport) in client.get(reverse("admin:cases_case_change", args=[k_case.pk])).content.decode()


def test_the_original_is_handed_out_as_it_came(world: World, passport: Document) -> None:
    answer = world.read_only.client().post(url("content", passport), {"reason": "  To compare  the\tseal "})

    assert body_of(answer) == PASSPORT.read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    with world.scope():
        assert [(row.purpose, row.reason) for row in DocumentAccess.objects.all()] == [
            ("download", "To compare the seal")
        ]
    page = world.read_only.client().get(reverse("admin:cases_case_change", args=[passport.case_id]))
    assert "To compare the seal" in page.content.decode()


@pytest.mark.parametrize("reason", ["", "  \t ", "x" * 201])
def test_no_original_without_a_reason(world: World, passport: Document, reason: str) -> None:
    answer = world.manager.client().post(url("content", passport), {"reason": reason})

    assert answer.status_code == 422
    assert 'id="id_reason_error"' in answer.content.decode()
    assert world.manager.client().get(url("content", passport)).status_code == 405
    with world.scope():
        assert not DocumentAccess.objects.exists()


def test_staff_look_at_a_picture_that_relo_drew(world: World, passport: Document) -> None:
    client = world.reviewer.client()
    page = client.get(url("change", passport)).content.decode()
    address = reverse("admin:documents_document_page", args=[passport.pk, 1])
    assert f'<img src="{address}"' in page and "<iframe" not in page

    answer = client.get(address)

    picture = Image.open(io.BytesIO(body_of(answer)))
    assert picture.format == "JPEG" and max(picture.size) == 1400
    assert picture.getexif() == {}
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_after_the_first_are_drawn_when_they_are_asked_for(world: World, k_case: Case) -> None:
    address = reverse("admin:documents_document_upload", args=[k_case.pk, "degree"])
    client = world.manager.client()
    client.post(address, {"file": sent(SAMPLES / "transcript.pdf")})
    with world.scope():
        document = Document.objects.get()
        assert set(Rendition.objects.values_list("kind", "page")) == FIRST

    third = [client.get(reverse("admin:documents_document_page", args=[document.pk, 3])) for _time in range(2)]

    assert body_of(third[0]) == body_of(third[1])
    with world.scope():
        assert set(Rendition.objects.values_list("kind", "page")) == {*FIRST, ("preview", 3)}
        assert DocumentAccess.objects.count() == 1  # turning pages is one look
    for page in (0, 4, 9999):
        gone = client.get(reverse("admin:documents_document_page", args=[document.pk, page]))
        assert gone.status_code == 404


def test_the_working_copy_is_a_pdf_of_the_photo(world: World, passport: Document) -> None:
    answer = world.reviewer.client().get(url("copy", passport))

    with pikepdf.open(io.BytesIO(body_of(answer))) as copy:
        assert [float(side) for side in copy.pages[0].MediaBox[2:]] == pytest.approx([841.89, 595.276], abs=0.01)
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_accepting_settles_the_item(world: World, k_case: Case, passport: Document) -> None:
    page = world.reviewer.client().get(url("change", passport)).content.decode()
    assert f'value="{hashlib.sha256(PASSPORT.read_bytes()).hexdigest()}"' in page

    world.reviewer.client().post(url("accept", passport), {"sha256": passport.sha256, "expires_on": str(EXPIRES)})

    assert stored(world, passport).state == "accepted"
    assert (item(world, passport).state, item(world, passport).expires_on) == ("accepted", EXPIRES)
    assert decided(world)[0].sha256 == passport.sha256
    with world.scope():
        assert timeline(k_case)[-2:] == ["document.accepted", "item.accepted"]


def planned(world: World, case: Case) -> date:
    hand_in = in_days(60)
    with world.scope():
        change_case(case_id=case.pk, planned_hand_in=hand_in, actor=world.manager.actor)
    return hand_in


def test_the_page_says_how_long_it_has_to_be_good(world: World, k_case: Case, passport: Document) -> None:
    needed = day_in_words(add_months(planned(world, k_case), 6))

    page = world.reviewer.client().get(url("change", passport)).content.decode()

    assert f"{needed} or later." in page
    assert "Accept it although it lapses" not in page


def test_what_lapses_before_the_hand_in_is_taken_only_when_asked_twice(
    world: World, k_case: Case, passport: Document
) -> None:
    hand_in, client = planned(world, k_case), world.reviewer.client()
    said = {"sha256": passport.sha256, "expires_on": str(add_months(hand_in, 6) - timedelta(days=3))}

    warned = client.post(url("accept", passport), said)

    assert warned.status_code == 422
    assert f"has to be good until the planned hand-in, {day_in_words(hand_in)}" in warned.content.decode()
    assert "Accept it although it lapses" in warned.content.decode()
    nothing_decided(world, passport)

    taken = client.post(url("accept", passport), {**said, "anyway": "on"}, follow=True)

    assert "A newer one will be needed." in taken.content.decode()
    assert item(world, passport).state == "accepted"


def test_what_is_good_until_the_hand_in_raises_no_warning(world: World, k_case: Case, passport: Document) -> None:
    said = {"sha256": passport.sha256, "expires_on": str(add_months(planned(world, k_case), 6))}

    taken = world.reviewer.client().post(url("accept", passport), said, follow=True)

    assert "A newer one will be needed." not in taken.content.decode()
    assert item(world, passport).state == "accepted"


def nothing_decided(world: World, passport: Document) -> None:
    assert decided(world) == []
    assert stored(world, passport).state == "ready"
    assert item(world, passport).state == "submitted"


def test_a_date_the_validity_hangs_on_must_be_given(world: World, passport: Document) -> None:
    answer = world.reviewer.client().post(url("accept", passport), {"sha256": passport.sha256})

    assert answer.status_code == 422
    assert 'id="id_expires_on_error"' in answer.content.decode()
    nothing_decided(world, passport)


def test_a_decision_on_other_bytes_than_these_is_refused(world: World, passport: Document) -> None:
    said = {"sha256": "0" * 64, "expires_on": str(EXPIRES)}
    answer = world.reviewer.client().post(url("accept", passport), said, follow=True)

    assert "not the version you looked at" in answer.content.decode()
    nothing_decided(world, passport)


def test_changes_are_asked_for_with_a_reason(world: World, passport: Document) -> None:
    said = {"sha256": passport.sha256, "reason": "illegible", "note": "The lower edge."}
    world.reviewer.client().post(url("request_changes", passport), said)

    assert stored(world, passport).state == "changes_requested"
    assert item(world, passport).state == "changes_requested"
    assert "Parts cannot be read" in item(world, passport).note
    assert "The lower edge." in item(world, passport).note
    page = world.reviewer.client().get(url("change", passport)).content.decode()
    assert "Parts cannot be read" in page and url("accept", passport) not in page


@pytest.mark.parametrize("said", [{}, {"reason": "because"}, {"reason": "other", "note": " "}])
def test_no_changes_without_a_reason(world: World, passport: Document, said: dict[str, str]) -> None:
    answer = world.reviewer.client().post(url("request_changes", passport), {"sha256": passport.sha256, **said})

    assert answer.status_code == 422
    nothing_decided(world, passport)


def test_a_decision_made_meanwhile_is_told_plainly(world: World, passport: Document) -> None:
    said = {"sha256": passport.sha256, "reason": "illegible"}
    world.reviewer.client().post(url("request_changes", passport), said)

    late = {"sha256": passport.sha256, "expires_on": str(EXPIRES)}
    answer = world.manager.client().post(url("accept", passport), late, follow=True)

    assert "decided on or replaced meanwhile" in answer.content.decode()
    assert [review.decision for review in decided(world)] == ["changes_requested"]


def test_who_may_only_read_looks_and_does_not_decide(world: World, passport: Document) -> None:
    client = world.read_only.client()

    assert url("accept", passport) not in client.get(url("change", passport)).content.decode()
    assert client.post(url("accept", passport), {"sha256": passport.sha256}).status_code == 403
    assert client.post(url("request_changes", passport), {"reason": "illegible"}).status_code == 403
    address = reverse("admin:documents_document_upload", args=[passport.case_id, "passport"])
    assert client.post(address, {"file": sent()}).status_code == 403
    nothing_decided(world, passport)


def test_another_agencys_document_is_as_unknown_as_none(world: World, other_world: World, passport: Document) -> None:
    client, missing = other_world.administrator.client(), Document(pk="00000000-0000-4000-8000-000000000000")
    for name in ("change", "copy"):
        assert client.get(url(name, passport)).status_code == client.get(url(name, missing)).status_code == 404
    assert client.get(reverse("admin:documents_document_page", args=[passport.pk, 1])).status_code == 404
    for name in ("accept", "request_changes", "content"):
        assert client.post(url(name, passport)).status_code == client.post(url(name, missing)).status_code == 404
    address = reverse("admin:documents_document_upload", args=[passport.case_id, "passport"])
    assert client.post(address, {"file": sent()}).status_code == 404
    nothing_decided(world, passport)


def test_nobody_sees_a_document_without_signing_in(passport: Document) -> None:
    for name in ("change", "content", "copy"):
        assert Client().get(url(name, passport)).headers["Location"].startswith("/admin/login/")
