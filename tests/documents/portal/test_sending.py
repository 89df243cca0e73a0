import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pikepdf
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Case, ChecklistItem
from cases.services.checklist import waive_item
from cases.services.moving import move_case
from cases.services.opening import open_case
from documents.models import Document
from documents.services.reviewing import accept_document, request_changes
from relo.core.actors import Actor
from tests.conftest import World, anna, timeline
from tests.days import in_days
from tests.portal_steps import item_url, signed_in, text, upload

SAMPLES = Path(settings.BASE_DIR) / "documents" / "samples"


@pytest.fixture
def client(k_case: Case) -> Client:
    return signed_in(k_case)


def sample(name: str, as_name: str | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(as_name or name, (SAMPLES / name).read_bytes())


def passport(as_name: str = "passport.jpg") -> SimpleUploadedFile:
    return sample("passport-data-page.jpg", as_name)


def blobs() -> int:
    root = Path(storages["blobs"].location)  # type: ignore[attr-defined]
    return sum(1 for path in root.rglob("*") if path.is_file())


def locked_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def test_a_file_is_sent_and_confirmed_on_the_page(client: Client, k_case: Case) -> None:
    sent = upload(client, k_case, "passport", passport("护照 data page.jpg"))

    assert sent.status_code == 303
    page = text(client.get(sent.headers["Location"]))
    document = Document.objects.get(case=k_case)
    assert "We have received your document" in page
    assert "护照 data page.jpg" in page
    assert "version 1" in page
    assert "Sent – we are checking" in page
    assert (document.uploaded_by, document.pages) == (f"candidate:{k_case.candidate_id}", 1)
    assert ChecklistItem.objects.get(case=k_case, code="passport").state == "submitted"
    assert timeline(k_case)[-2:] == ["document.uploaded", "item.submitted"]


@pytest.mark.parametrize(
    ("name", "content", "status", "cure"),
    [
        ("empty.pdf", lambda: b"", 422, "This file is empty"),
        ("letter.pdf", lambda: b"Dear Sir or Madam, ...", 415, "A new name does not change a file"),
        ("locked.pdf", locked_pdf, 422, "opens only with a password"),
        ("cv.docx", lambda: b"PK\x03\x04" + b"\x00" * 26 + b"word/document.xml", 415, "PDF"),
        ("large.pdf", lambda: b"%PDF-1.7\n" + b"\x00" * settings.MAX_UPLOAD_BYTES, 413, "larger than 25 MB"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_cure_and_not_kept(
    client: Client, k_case: Case, name: str, content: Callable[[], bytes], status: int, cure: str
) -> None:
    events, files = timeline(k_case), blobs()

    refused = upload(client, k_case, "passport", SimpleUploadedFile(name, content()))

    assert refused.status_code == status
    assert cure in text(refused)
    assert 'role="alert"' in text(refused)
    assert "Passport data page" in text(refused)
    assert (Document.objects.count(), timeline(k_case), blobs()) == (0, events, files)


def test_the_refusal_is_in_the_language_of_the_page(k_case: Case) -> None:
    refused = upload(signed_in(k_case, "zh-hans"), k_case, "passport", SimpleUploadedFile("a.pdf", b""))

    assert "这个文件是空的" in text(refused)


def test_a_body_that_is_too_long_is_refused_before_it_is_parsed(client: Client, k_case: Case) -> None:
    answer = client.generic(
        "POST",
        reverse("portal:upload", args=[k_case.pk, "passport"]),
        data=b"no form at all",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(settings.MAX_UPLOAD_BYTES * 2),
    )

    assert answer.status_code == 413
    assert "larger than 25 MB" in text(answer)


def test_a_form_without_a_file_says_what_is_missing(client: Client, k_case: Case) -> None:
    answer = client.post(reverse("portal:upload", args=[k_case.pk, "passport"]), {})

    assert answer.status_code == 400
    assert "No file was chosen" in text(answer)


def test_another_site_cannot_send_a_file(k_case: Case) -> None:
    inside = signed_in(k_case)
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(inside.cookies)

    assert upload(client, k_case, "passport", passport()).status_code == 403
    assert not Document.objects.exists()


def test_a_settled_requirement_takes_nothing_more(client: Client, k_case: Case, staff: Actor) -> None:
    waive_item(case_id=k_case.pk, code="passport", reason="seen at the counter", actor=staff)

    refused = upload(client, k_case, "passport", passport())

    assert refused.status_code == 409
    assert "settled already" in text(refused)
    assert "<input" not in text(refused).split("<main")[1].replace('type="hidden"', "")
    assert not Document.objects.exists()


def test_a_requirement_without_files_takes_none(client: Client, k_case: Case) -> None:
    assert upload(client, k_case, "about_you", passport()).status_code == 409
    assert 'type="file"' not in text(client.get(item_url(k_case, "about_you")))


def test_a_closed_case_takes_nothing_more(client: Client, k_case: Case, staff: Actor) -> None:
    move_case(case_id=k_case.pk, move_name="withdraw", reason="Not in this test.", actor=staff)
    files = blobs()

    assert upload(client, k_case, "passport", passport()).status_code == 409
    assert blobs() == files
    assert 'type="file"' not in text(client.get(item_url(k_case, "passport")))


def test_a_type_the_requirement_does_not_take_is_refused(client: Client, k_case: Case) -> None:
    assert 'accept=".pdf,application/pdf,.tif,.tiff,image/tiff"' in text(client.get(item_url(k_case, "cv")))

    refused = upload(client, k_case, "cv", passport())

    assert refused.status_code == 415
    assert not Document.objects.exists()


def test_what_has_to_change_is_told_and_the_new_version_replaces_the_old(
    client: Client, k_case: Case, second_person: Actor
) -> None:
    upload(client, k_case, "passport", passport())
    document = Document.objects.get(case=k_case)
    request_changes(document_id=document.pk, reason="cut_off", note="The lower edge.", actor=second_person)

    page = text(client.get(item_url(k_case, "passport")))
    assert "What has to change" in page
    assert "The lower edge." in page

    upload(client, k_case, "passport", sample("photo-compliant.jpg", "better.jpg"))

    page = text(client.get(item_url(k_case, "passport")))
    assert "What has to change" not in page
    assert "1 earlier version" in page
    assert "version 2" in page


def test_an_accepted_document_says_how_long_it_is_good(client: Client, k_case: Case, second_person: Actor) -> None:

    upload(client, k_case, "passport", passport())
    document = Document.objects.get(case=k_case)
    accept_document(document_id=document.pk, actor=second_person, expires_on=in_days(2000))

    page = text(client.get(item_url(k_case, "passport")))

    assert "Good until" in page and "after your estimated hand-in." in page
    assert "Nothing more to send" in page


def test_the_candidate_gets_back_the_very_bytes(client: Client, k_case: Case) -> None:
    upload(client, k_case, "passport", passport('pass"port\r\n;x.jpg'))
    document = Document.objects.get(case=k_case)

    answer = client.get(reverse("portal:document", args=[document.pk]))

    assert b"".join(answer.streaming_content) == (SAMPLES / "passport-data-page.jpg").read_bytes()  # type: ignore[attr-defined]
    told = re.fullmatch(
        r"attachment; filename=\"([\w.\- ]+)\"; filename\*=UTF-8''([\w.%~-]+)", answer.headers["Content-Disposition"]
    )
    assert told is not None and unquote(told[2]) == f"{document.file_name}.jpg" and '"' in document.file_name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("sent", "given"),
    [("scan.exe", "scan.exe.jpg"), ("scan.pdf", "scan.pdf.jpg"), ("scan.JPEG", "scan.JPEG"), ("scan", "scan.jpg")],
)
def test_the_ending_fits_the_type_when_it_is_handed_out(client: Client, k_case: Case, sent: str, given: str) -> None:
    upload(client, k_case, "passport", passport(sent))

    answer = client.get(reverse("portal:document", args=[Document.objects.get(case=k_case).pk]))

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].endswith(f"''{given}")


def test_a_document_of_somebody_else_is_as_missing_as_one_that_does_not_exist(
    client: Client, k_case: Case, in_scope: World, other_world: World
) -> None:
    upload(client, k_case, "passport", passport())
    document = Document.objects.get(case=k_case)
    colleague = open_case(route_code="CN-K", candidate=anna(email="bo@example.org"), actor=in_scope.manager.actor)
    with other_world.scope():
        foreign = open_case(route_code="CN-K", candidate=anna(), actor=other_world.manager.actor)

    for somebody in (signed_in(colleague), signed_in(foreign)):
        answers = [somebody.get(reverse("portal:document", args=[key])) for key in (document.pk, uuid4())]
        answers.append(upload(somebody, k_case, "passport", passport()))

        assert {answer.status_code for answer in answers} == {404}
        assert len({text(answer) for answer in answers}) == 1
    assert Document.objects.count() == 1


def test_without_a_session_nothing_is_sent_or_given_out(client: Client, k_case: Case, world: World) -> None:
    upload(client, k_case, "passport", passport())
    document = Document.objects.get(case=k_case)

    for nobody in (Client(), world.administrator.client()):
        assert upload(nobody, k_case, "passport", passport()).headers["Location"] == "/portal/sign-in/"
        assert nobody.get(reverse("portal:document", args=[document.pk])).status_code == 303
    assert Document.objects.count() == 1


def test_reloading_after_a_refusal_leads_back_to_the_page(client: Client, k_case: Case) -> None:
    answer = client.get(reverse("portal:upload", args=[k_case.pk, "passport"]))

    assert (answer.status_code, answer.headers["Location"]) == (303, item_url(k_case, "passport"))


def test_the_confirmation_is_only_for_documents_of_this_page(client: Client, k_case: Case) -> None:
    upload(client, k_case, "passport", passport())
    document = Document.objects.get(case=k_case)

    for sent in (str(uuid4()), "nonsense"):
        assert "We have received" not in text(client.get(item_url(k_case, "passport"), {"sent": sent}))
    assert "We have received" not in text(client.get(item_url(k_case, "cv"), {"sent": str(document.pk)}))
