from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Callable, Mapping

import pytest
from pikepdf import Dictionary, Name, String

from documents.intake import inspect as intake
from documents.intake.inspect import inspect_file
from documents.intake.verdicts import ACTIVE_CONTENT, LIMIT_WORDS, MAX_BYTES, REFUSALS, Text, Verdict
from documents.intake.walls import Limits
from tests.documents.intake import made_files


def inspect(data: bytes, name: str = "upload.pdf") -> Verdict:
    return inspect_file(io.BytesIO(data), name)


def refused(verdict: Verdict) -> tuple[str | None, int]:
    assert not verdict.ok
    assert verdict.detail is not None
    assert verdict.detail.en
    assert verdict.detail.zh
    assert "{" not in verdict.detail.en + verdict.detail.zh
    json.dumps(verdict.evidence)
    return verdict.code, verdict.status


BMFF = struct.pack(">I", 24) + b"ftyp%s\x00\x00\x00\x00mif1miaf" + bytes(40)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (made_files.archive("[Content_Types].xml", "word/document.xml"), "cv.docx", "office_file"),
        (made_files.archive("[Content_Types].xml", "word/document.xml"), "cv.pdf", "office_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cv.doc", "office_file"),
        (made_files.archive("passport.jpg"), "papers.zip", "archive_file"),
        (b"Rar!\x1a\x07\x01\x00", "papers.rar", "archive_file"),
        (BMFF.replace(b"miaf", b"avif") % b"avif", "photo.avif", "image_type_not_accepted"),
        (b"II+\x00\x08\x00\x00\x00" + bytes(60), "scan.tif", "image_type_not_accepted"),
        (made_files.image("GIF"), "photo.gif", "image_type_not_accepted"),
        (made_files.image("BMP"), "photo.bmp", "image_type_not_accepted"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "web_page"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><title>x</title>", "a.pdf", "web_page"),
        (b"MZ\x90\x00" + bytes(60), "a.pdf", "program_file"),
        (b"\x7fELF" + bytes(60), "a.jpg", "program_file"),
        (b"%!PS-Adobe-3.0\nshowpage\n", "a.pdf", "name_and_content_differ"),
        (b"My passport, typed out.", "passport.pdf", "name_and_content_differ"),
        (b"My passport, typed out.", "passport.txt", "type_not_accepted"),
    ],
)
def test_other_types_are_refused_by_name_and_never_opened(data: bytes, name: str, code: str) -> None:
    verdict = inspect(data, name)

    assert refused(verdict) == (code, 415)
    assert verdict.walls == ()


@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "IMG_0001.jpg"])
def test_a_heic_photo_is_never_opened_where_that_is_switched_off(name: str) -> None:
    verdict = inspect_file(io.BytesIO(BMFF % b"heic"), name, accept_heic=False)

    assert refused(verdict) == ("heic_not_accepted", 415)
    assert verdict.walls == ()


def test_text_called_pdf_is_told_that_a_new_name_does_not_help() -> None:
    detail = inspect(b"text", "passport.pdf").detail

    assert detail is not None
    assert detail.en.startswith("The name says PDF, but the content is something else.")
    assert detail.zh.startswith("文件名显示为 PDF，但内容并非如此。")


def test_an_empty_file_is_refused() -> None:
    assert refused(inspect(b"")) == ("file_empty", 422)


def test_a_file_over_the_limit_is_refused_without_being_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"%PDF-1.7 "[:size].ljust(size, b" ")

    source = Endless()

    assert refused(inspect_file(source, "a.pdf")) == ("too_large", 413)  # type: ignore[arg-type]
    assert MAX_BYTES < source.given < MAX_BYTES + 1024 * 1024


def test_a_pdf_with_a_password_is_told_to_take_it_off() -> None:
    verdict = inspect(made_files.locked_pdf(user="secret"))

    assert refused(verdict) == ("pdf_encrypted", 422)
    assert verdict.kind == "pdf"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: made_files.pdf(pages=0), "pdf_no_pages"),
        (lambda: made_files.pdf(pages=501), "too_many_pages"),
        (lambda: made_files.pdf(pages=3)[:-60], "pdf_damaged"),
        (lambda: made_files.pdf()[: len(made_files.pdf()) // 2], "pdf_damaged"),
        (lambda: b"%PDF-1.7\n" + os.urandom(5000) + b"\n%%EOF\n", "pdf_damaged"),
        (lambda: b"%PDF-1.7\n" + b"[" * 100_000 + b"]" * 100_000 + b"\n%%EOF", "pdf_damaged"),
        (lambda: made_files.pdf_unpacking_without_end(), "pdf_too_complex"),
        (lambda: made_files.pdf_drawing_without_end(), "pdf_too_complex"),
        (lambda: b"<script>alert(1)</script><!--\n" + made_files.pdf(), "pdf_carries_other_data"),
        (lambda: made_files.pdf() + made_files.archive("a.exe"), "pdf_carries_other_data"),
        (lambda: made_files.pdf() + made_files.archive("a.exe") + b"\n%%EOF\n", "pdf_carries_other_data"),
        (lambda: made_files.pdf() + b"\n<script>alert(1)</script>", "pdf_carries_other_data"),
    ],
)
def test_pdfs_that_are_no_plain_papers_are_refused(make: Callable[[], bytes], code: str) -> None:
    assert refused(inspect(make())) == (code, 422)


SCAN = made_files.image("JPEG", (200, 100), quality=95)


def test_a_scan_inside_a_pdf_must_be_whole() -> None:
    assert inspect(made_files.pdf_with_image(SCAN, 200, 100, Name.DCTDecode)).ok
    cut = made_files.pdf_with_image(SCAN[: len(SCAN) // 2], 200, 100, Name.DCTDecode)
    assert refused(inspect(cut)) == ("pdf_damaged", 422)


def test_an_image_inside_a_pdf_has_the_limit_of_an_image() -> None:
    huge = made_files.pdf_with_image(SCAN, 20_000, 20_000, Name.DCTDecode)

    assert refused(inspect(huge)) == ("too_many_pixels", 422)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (
            lambda: made_files.pdf_with_root(OpenAction=Dictionary(S=Name.Launch, F=String("calc.exe"))),
            {"launch", "automatic_action"},
        ),
        (lambda: made_files.pdf_with_root(Collection=Dictionary(View=Name.T)), {"portfolio"}),
        (lambda: made_files.pdf_with_attachment(b"MZ\x90"), {"embedded_file", "embedded_program"}),
        (lambda: made_files.pdf_with_attachment(b"echo", "run.bat"), {"embedded_file", "embedded_program"}),
        (
            lambda: made_files.pdf_with_root(AcroForm=Dictionary(Fields=[], XFA=String("<xdp/>"))),
            {"xfa_form", "dynamic_form"},
        ),
        (lambda: made_files.pdf_showing_another_file(), {"outside_file", "outside_page"}),
    ],
)
def test_what_no_safe_copy_can_be_made_of_is_refused_and_named(make: Callable[[], bytes], found: set[str]) -> None:
    verdict = inspect(make())

    assert refused(verdict) == ("active_content", 422)
    assert verdict.detail is not None
    assert set(verdict.evidence["found"]) == found  # type: ignore[call-overload]
    assert all(ACTIVE_CONTENT[name].zh in verdict.detail.zh for name in found)


PHOTO = made_files.image("JPEG", (200, 100))
DRAWING = made_files.image("PNG", (200, 100))


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (PHOTO[: len(PHOTO) // 2], "a.jpg", "image_damaged"),
        (PHOTO[:-2], "a.jpg", "image_damaged"),
        (b"\xff\xd8\xff\xe0<?php phpinfo();", "a.jpg", "image_damaged"),
        (DRAWING[: len(DRAWING) // 2], "a.png", "image_damaged"),
        (b"\x89PNG\r\n\x1a\n" + os.urandom(500), "a.png", "image_damaged"),
        (made_files.png_claiming(500, 500), "a.png", "image_damaged"),
        (made_files.png_claiming(2**31 - 1, 2**31 - 1), "a.png", "too_many_pixels"),
        (made_files.png_claiming(10_000, 10_001), "a.png", "too_many_pixels"),
        (PHOTO + made_files.archive("a.exe"), "a.jpg", "image_carries_other_data"),
        (PHOTO + b"\r\n<html><script>alert(1)</script>", "a.jpg", "image_carries_other_data"),
        (PHOTO + made_files.pdf(), "a.jpg", "image_carries_other_data"),
        (DRAWING + b"MZ\x90\x00", "a.png", "image_carries_other_data"),
        (made_files.image("JPEG", comment=b"<script>alert(1)</script>"), "a.jpg", "image_carries_other_data"),
    ],
)
def test_images_that_are_not_whole_or_not_alone_are_refused(data: bytes, name: str, code: str) -> None:
    assert refused(inspect(data, name)) == (code, 422)


@pytest.mark.parametrize("job", ["crash", "never_end", "take_memory", "fail"])
def test_a_file_that_breaks_its_reader_is_refused_and_the_next_one_is_read(
    job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: Mapping[str, str] = {"pdf": f"tests.documents.intake.hostile_jobs:{job}"}
    with monkeypatch.context() as patched:
        patched.setattr(intake, "_JOBS", jobs)
        verdict = inspect_file(io.BytesIO(made_files.pdf()), "a.pdf", limits=Limits(cpu_seconds=1, wall_seconds=10.0))

    assert refused(verdict) == ("unreadable_safely", 422)
    assert "limits" in verdict.walls
    assert inspect(made_files.pdf()).ok


def test_every_refusal_and_every_finding_is_worded_in_both_languages() -> None:
    words = {**LIMIT_WORDS, "type": Text.same("PDF"), "found": Text.listing(list(ACTIVE_CONTENT.values()))}
    for row in REFUSALS.values():
        filled = row.detail.filled(words)
        assert filled.en.endswith(".")
        assert filled.zh.endswith("。")
        assert "，" in filled.zh or "。" in filled.zh[:-1]
        assert not set("，。；：") & set(filled.en)
    assert "25 MB" in REFUSALS["too_large"].detail.filled(words).zh
    assert "1 亿像素" in REFUSALS["too_many_pixels"].detail.filled(words).zh
