from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents.intake.inspect import inspect_file
from documents.intake.verdicts import Verdict
from tests.documents.intake import made_files


def inspect(data: bytes, name: str = "upload") -> Verdict:
    return inspect_file(io.BytesIO(data), name)


@pytest.mark.parametrize(
    ("name", "kind", "pages"),
    [
        ("cv.pdf", "pdf", 1),
        ("degree-certificate.pdf", "pdf", 1),
        ("degree-certificate-scan.pdf", "pdf", 1),
        ("employer-letter.pdf", "pdf", 1),
        ("police-certificate.pdf", "pdf", 1),
        ("transcript.pdf", "pdf", 3),
        ("translation-zh.pdf", "pdf", 1),
        ("passport-data-page.jpg", "jpeg", 1),
        ("photo-compliant.jpg", "jpeg", 1),
        ("photo-noncompliant.jpg", "jpeg", 1),
    ],
)
def test_everyday_papers_are_accepted(name: str, kind: str, pages: int) -> None:
    path = made_files.SAMPLES / name
    with path.open("rb") as source:
        verdict = inspect_file(source, name)
        assert source.tell() == 0

    assert (verdict.ok, verdict.code, verdict.kind, verdict.pages) == (True, None, kind, pages)
    assert verdict.status == 201
    assert verdict.size == path.stat().st_size
    assert verdict.evidence["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "limits" in verdict.walls


def test_an_image_is_measured() -> None:
    verdict = inspect(made_files.image("PNG", (300, 200)), "photo.png")

    assert (verdict.ok, verdict.kind, verdict.width, verdict.height, verdict.pages) == (True, "png", 300, 200, 1)


def test_a_turned_photo_with_a_place_says_so() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    notes.get_ifd(0x8825)[1] = "N"

    verdict = inspect(made_files.image("JPEG", exif=notes), "photo.jpg")

    assert verdict.ok
    assert (verdict.evidence["orientation"], verdict.evidence["gps"]) == (6, True)


def test_what_a_telephone_keeps_behind_its_photo_is_no_reason_to_refuse_it() -> None:
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 20
    verdict = inspect(made_files.image("JPEG") + film, "photo.jpg")

    assert verdict.ok
    assert verdict.evidence["trailing_bytes"] == len(film)


def test_a_photo_of_two_cameras_is_one_photo() -> None:
    first = Image.new("RGB", (40, 30), "white")
    both = io.BytesIO()
    first.save(both, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), "black")])

    assert inspect(both.getvalue(), "photo.jpg").ok


def test_the_type_is_the_contents_whatever_the_name() -> None:
    verdict = inspect(made_files.image("JPEG"), "passport.pdf")

    assert (verdict.ok, verdict.kind, verdict.evidence["named"]) == (True, "jpeg", "PDF")


@pytest.mark.parametrize(
    "name", ["\u202efdp.exe.pdf", "<img src=x onerror=alert(1)>.pdf", "..\\..\\a.pdf", "", "a\x00"]
)
def test_a_hostile_name_changes_nothing(name: str) -> None:
    verdict = inspect(made_files.pdf(), name)

    assert verdict.ok
    assert not name or name not in repr(verdict)


def test_a_pdf_that_opens_without_a_password_is_accepted_and_can_be_joined(tmp_path: Path) -> None:
    data = made_files.locked_pdf(user="")
    (tmp_path / "in.pdf").write_bytes(data)

    verdict = inspect(data, "bank.pdf")
    pikepdf.Job(["qpdf", "--empty", "--pages", str(tmp_path / "in.pdf"), "1-z", "--", str(tmp_path / "out.pdf")]).run()

    assert (verdict.ok, verdict.encrypted) == (True, True)
    with pikepdf.open(tmp_path / "out.pdf") as joined:
        assert (len(joined.pages), joined.is_encrypted) == (1, False)


def test_opening_on_a_page_and_linking_to_the_web_are_not_active_content() -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.org"))
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], F=4, A=link)
        made.pages[0].obj.Annots = pikepdf.Array([note])
        made.pages[0].obj.Contents = made.make_stream(b"BT (/JavaScript /Launch) Tj ET")

    assert inspect(made_files.pdf(change=change)).ok


def test_a_plain_pdf_of_an_unknown_program_is_accepted() -> None:
    assert inspect(made_files.written_pdf(b"/Lang (en)")).ok


@pytest.mark.parametrize("before", [b"\n\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_blank_lines_before_the_header_are_forgiven(before: bytes) -> None:
    assert inspect(before + made_files.pdf()).ok


def test_a_comment_behind_the_end_is_forgiven() -> None:
    assert inspect(made_files.pdf() + b"\n%4\n\x00\x00").ok


def test_five_hundred_pages_are_accepted() -> None:
    assert inspect(made_files.pdf(pages=500)).pages == 500
