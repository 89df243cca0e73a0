"""Bodies, names and moments that no honest browser sends; each leaves nothing half stored."""

import errno
import io
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParserError
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from cases.models import Case
from cases.services.moving import move_case
from documents.models import Document, Rendition
from documents.portal import views
from documents.services import uploading
from documents.services.uploading import clean_file_name
from relo.core import receiving, storage
from relo.core.errors import Invalid
from tests.case_steps import SAMPLES, decide_all, settle_all
from tests.conftest import World, timeline
from tests.documents.portal.test_sending import blobs, passport, sample
from tests.portal_steps import item_url, signed_in, text, upload


@pytest.fixture
def client(k_case: Case) -> Client:
    return signed_in(k_case)


@pytest.fixture(autouse=True)
def nothing_is_half_stored(request: pytest.FixtureRequest, k_case: Case) -> Any:
    """After each test the files in the storage are those that rows name."""
    before = blobs()
    yield
    rows = Document.objects.count() + Rendition.objects.exclude(blob_key="").count()
    assert blobs() - before == rows


def doors(case: Case, world: World) -> dict[str, tuple[Client, str, dict[str, str]]]:
    """Every way by which a document comes in."""
    return {
        "portal": (signed_in(case), reverse("portal:upload", args=[case.pk, "passport"]), {}),
        "staff": (
            world.manager.client(),
            reverse("admin:documents_document_upload", args=[case.pk, "passport"]),
            {},
        ),
        "api": (
            Client(),
            reverse("api:upload", args=[case.pk, "passport"]),
            {"HTTP_AUTHORIZATION": f"Bearer {world.token}"},
        ),
    }


class Counted(io.RawIOBase):
    """A body that ends after `length` bytes, or never."""

    def __init__(self, head: bytes, length: float = float("inf")) -> None:
        self.head, self.length, self.given = head, length, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = int(min(65536 if size < 0 else size, self.length - self.given))
        piece = self.head[self.given : self.given + size].ljust(size, b"x")
        self.given += size
        return piece


def body(name: str = "passport.jpg", content: bytes = b"") -> bytes:
    return encode_multipart(BOUNDARY, {"file": SimpleUploadedFile(name, content or passport().read())})


def posted(door: tuple[Client, str, dict[str, str]], stream: Any, length: int) -> Any:
    client, path, headers = door
    return client.request(
        REQUEST_METHOD="POST",
        PATH_INFO=path,
        CONTENT_TYPE=MULTIPART_CONTENT,
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": stream, **headers},
    )


@pytest.mark.parametrize("name", ["portal", "staff", "api"])
def test_an_endless_body_is_read_no_further_than_a_file_may_be_long(in_scope: World, k_case: Case, name: str):
    endless = Counted(body()[:-200])
    answer = posted(doors(k_case, in_scope)[name], endless, 10**15)

    assert answer.status_code in (413, 422)
    assert "25 MB" in text(answer)
    assert endless.given <= views.DISCARD_AT_MOST
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["portal", "staff", "api"])
@pytest.mark.parametrize("cut", ["the length is too short", "the body is too short"])
def test_a_body_of_another_length_than_it_says_is_no_file(in_scope: World, k_case: Case, name: str, cut: str):
    whole = body()
    half = len(whole) // 2
    is_length = cut == "the length is too short"
    stream = Counted(whole, len(whole) if is_length else half)
    answer = posted(doors(k_case, in_scope)[name], stream, half if is_length else len(whole))

    assert answer.status_code in (400, 422)
    assert "did not arrive whole" in text(answer)
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", ["portal", "staff", "api"])
def test_of_a_thousand_small_files_none_is_taken(in_scope: World, k_case: Case, name: str):
    small = [SimpleUploadedFile(f"{number}.jpg", b"\xff\xd8\xff\xe0 small") for number in range(1000)]
    sent = encode_multipart(BOUNDARY, {"file": small})
    answer = posted(doors(k_case, in_scope)[name], io.BytesIO(sent), len(sent))

    assert answer.status_code in (400, 422)
    assert "one file at a time" in text(answer)
    assert not Document.objects.exists()


def test_a_thousand_files_one_after_the_other_meet_the_limit(client: Client, k_case: Case, settings):
    settings.MAX_FILES_OF_CANDIDATE = 3
    for number in range(3):
        altered = passport().read() + bytes([number])  # JPEG readers ignore what follows, the hash does not
        upload(client, k_case, "passport", SimpleUploadedFile("a.jpg", altered))
    kept = Document.objects.count()
    for number in range(20):
        assert upload(client, k_case, "passport", SimpleUploadedFile("a.jpg", bytes([number]))).status_code == 409

    assert Document.objects.count() == kept <= 3


# Names


@given(st.text(max_size=4000))
@example("../../etc/passwd")
@example("C:\\Windows\\system32\\cmd.exe")
@example("passport\x00.pdf.exe")
@example("annexe\u202efdp.exe")
@example("a" * 4000 + ".pdf")
@example("\u200e\u2066\ufeff")
@example("/")
@example("\ud800")
def test_whatever_the_name_is_what_is_kept_is_short_visible_text_and_no_path(name: str):
    kept = clean_file_name(name)

    assert 0 < len(kept) <= 255 and kept == kept.strip()
    assert not set(kept) & {"/", "\\", "\x00"}
    assert not any(unicodedata.category(letter)[0] == "C" for letter in kept)
    assert clean_file_name(kept) == kept
    kept.encode()


HEADERS = st.characters(codec="utf-8", exclude_characters='"\r\n')


@given(name=st.text(HEADERS, min_size=1, max_size=300), kind=st.text(st.characters(codec="ascii"), max_size=80))
@example(name="../../../etc/cron.d/x", kind="text/html; charset=utf-7")
@example(name="x\u202e\x00", kind="multipart/mixed; boundary=BoUnDaRyStRiNg")
def test_whatever_the_headers_of_a_part_say_there_is_one_file_or_a_refusal(rf_free_of_state, name: str, kind: str):
    kind = kind.replace("\r", "").replace("\n", "")
    sent = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\nhello\r\n--{BOUNDARY}--\r\n"
    ).encode()
    request = rf_free_of_state(sent)

    with suppress(Invalid, MultiPartParserError):  # anything else is a bug
        receiving.refuse_trouble(request)
    if "_files" not in vars(request):
        return
    for file in request.FILES.values():
        assert file.read() == b"hello"
        assert "/" not in clean_file_name(file.name or "")


@pytest.fixture(scope="module")
def rf_free_of_state() -> Any:
    from django.core.handlers.wsgi import WSGIRequest
    from django.test import RequestFactory

    def make(sent: bytes) -> Any:
        environ = RequestFactory()._base_environ(  # type: ignore[attr-defined]
            REQUEST_METHOD="POST", CONTENT_TYPE=MULTIPART_CONTENT, CONTENT_LENGTH=str(len(sent))
        )
        return WSGIRequest({**environ, "wsgi.input": io.BytesIO(sent)})

    return make


@pytest.mark.parametrize(
    "name", ["../../../tmp/evil.jpg", "pass\x00port.jpg", "gpj\u202e.exe.jpg", "n" * 4000 + ".jpg"]
)
def test_a_hostile_name_is_text_on_the_page_and_the_place_is_ours(client: Client, k_case: Case, name: str):
    sent = body().replace(b'filename="passport.jpg"', f'filename="{name}"'.encode())
    path = reverse("portal:upload", args=[k_case.pk, "passport"])
    answer = client.generic("POST", path, sent, MULTIPART_CONTENT)

    if answer.status_code == 303:
        document = Document.objects.get()
        assert name[:20] not in document.blob_key and ".." not in document.file_name
        assert document.file_name in text(client.get(item_url(k_case, "passport")))
    else:  # a server may refuse the name as a whole
        assert answer.status_code == 400


# Types


def test_a_type_that_lies_is_taken_for_what_it_is_or_refused(client: Client, k_case: Case):
    picture = SimpleUploadedFile("letter.pdf", passport().read(), "application/pdf")
    assert upload(client, k_case, "passport", picture).status_code == 303
    assert Document.objects.get().kind == "jpeg"

    as_pdf = SimpleUploadedFile("cv.pdf", passport().read(), "application/pdf")
    assert upload(client, k_case, "cv", as_pdf).status_code == 415
    as_picture = SimpleUploadedFile("cv.jpg", sample("cv.pdf").read(), "image/jpeg")
    assert upload(client, k_case, "cv", as_picture).status_code == 303
    assert Document.objects.get(item__code="cv").kind == "pdf"
    page = SimpleUploadedFile("cv.pdf", b"<html><script>alert(1)</script></html>", "application/pdf")
    assert upload(client, k_case, "cv", page).status_code == 415
    assert Document.objects.count() == 2


# Moments


def test_to_an_item_of_another_agency_is_to_an_item_that_is_not_there(
    in_scope: World, other_world: World, k_case: Case
):
    for name, (client, path, headers) in doors(k_case, other_world).items():
        if name == "portal":
            continue  # in test_sending.py
        missing = path.replace(str(k_case.pk), "00000000-0000-4000-8000-000000000000")
        answers = [client.post(where, {"file": passport()}, **headers) for where in (path, missing)]  # type: ignore[arg-type]
        assert {answer.status_code for answer in answers} == {404}
    assert not Document.objects.exists()


def test_a_case_that_is_closed_while_the_file_is_looked_at_takes_it_no_more(
    client: Client, k_case: Case, staff, monkeypatch
):
    derive = uploading.derive  # type: ignore[attr-defined]

    def closes_meanwhile(*args: Any) -> Any:
        made = derive(*args)
        move_case(case_id=k_case.pk, move_name="withdraw", reason="Meanwhile.", actor=staff)
        return made

    monkeypatch.setattr(uploading, "derive", closes_meanwhile)
    answer = upload(client, k_case, "passport", passport())

    assert answer.status_code == 409
    assert not Document.objects.exists() and "document.uploaded" not in timeline(k_case)


def test_a_case_that_moves_on_while_the_file_is_looked_at_takes_it(client: Client, k_case: Case, staff, monkeypatch):
    settle_all(k_case, staff, "intake")
    decide_all(k_case, staff)
    derive = uploading.derive  # type: ignore[attr-defined]

    def moves_meanwhile(*args: Any) -> Any:
        made = derive(*args)
        move_case(case_id=k_case.pk, move_name="start_screening", reason="", actor=staff)
        return made

    monkeypatch.setattr(uploading, "derive", moves_meanwhile)
    assert upload(client, k_case, "degree", sample("cv.pdf")).status_code == 303
    assert [kind for kind in timeline(k_case) if kind != "item.waived"][-3:] == [
        "case.moved",
        "document.uploaded",
        "item.submitted",
    ]


# The storage


@pytest.mark.parametrize("name", ["portal", "staff", "api"])
@pytest.mark.parametrize("nth", [1, 2, 4], ids=["the working copy", "a picture", "the original"])
def test_a_full_disk_is_told_and_nothing_is_half_stored(in_scope: World, k_case: Case, monkeypatch, name, nth):
    pieces, files = storage._PipeFile.chunks, []

    def fills_up(self: Any, chunk_size: int | None = None) -> Any:
        files.append(self)
        for number, piece in enumerate(pieces(self)):
            if len(files) >= nth and number >= 0:
                yield piece[:10]  # so much still went on the disk
                raise OSError(errno.ENOSPC, "No space left on device")
            yield piece

    monkeypatch.setattr(storage._PipeFile, "chunks", fills_up)
    client, path, headers = doors(k_case, in_scope)[name]
    answer = client.post(path, {"file": passport()}, **headers)  # type: ignore[arg-type]

    assert len(files) == nth
    assert answer.status_code == 507
    assert "no room left" in text(answer)
    assert not Document.objects.exists() and timeline(k_case) == ["case.opened"]


@pytest.mark.parametrize("name", ["portal", "staff", "api"])
def test_a_storage_that_is_away_is_told(in_scope: World, k_case: Case, settings, tmp_path, name):
    (tmp_path / "no-folder").write_text("")
    away = {**settings.STORAGES["blobs"]["OPTIONS"], "location": tmp_path / "no-folder" / "files"}
    usual = settings.STORAGES
    settings.STORAGES = {**usual, "blobs": {**usual["blobs"], "OPTIONS": away}}
    client, path, headers = doors(k_case, in_scope)[name]
    answer = client.post(path, {"file": passport()}, **headers)  # type: ignore[arg-type]
    ready = Client().get("/health/ready/")
    settings.STORAGES = usual

    assert answer.status_code == 503
    assert "away for the moment" in text(answer)
    assert (ready.status_code, ready.json()["checks"]["storage"]) == (503, False)
    assert not Document.objects.exists() and timeline(k_case) == ["case.opened"]


def test_a_document_whose_storage_is_away_is_told_before_a_byte_of_it_is_promised(
    client: Client, k_case: Case, settings, tmp_path
):
    upload(client, k_case, "passport", passport())
    usual = settings.STORAGES
    (tmp_path / "no-folder").write_text("")
    away = {**usual["blobs"]["OPTIONS"], "location": tmp_path / "no-folder" / "files"}
    settings.STORAGES = {**usual, "blobs": {**usual["blobs"], "OPTIONS": away}}
    answer = client.get(reverse("portal:document", args=[Document.objects.get().pk]))
    settings.STORAGES = usual

    assert answer.status_code == 503 and "away for the moment" in text(answer)


def test_a_folder_that_fails_in_the_middle_keeps_nothing(monkeypatch):
    def breaks(self: Any, chunk_size: int | None = None) -> Any:
        yield b"half"
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(storage._PipeFile, "chunks", breaks)
    before = blobs()
    with pytest.raises(storage.NotReady):
        storage.put((SAMPLES / "cv.pdf").open("rb"))

    assert blobs() == before
