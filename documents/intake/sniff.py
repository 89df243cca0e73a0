"""The type of a file by its first bytes. The name and the Content-Type are never believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from documents.intake.verdicts import Kind

HEAD_BYTES = 4096

# Some portals put blank lines or a byte order mark before the header; viewers and qpdf accept that. Anything else
# before it makes one file that two programs read differently.
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?[\x00\t\n\f\r ]{0,64}%PDF-[12]\.[0-9]")
_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|[a-z][a-z0-9:]*[\s>/])", re.IGNORECASE)

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_AVIF = {b"avif", b"avis"}
_OFFICE_ZIP = re.compile(
    rb"(?:\[Content_Types\]\.xml|_rels/|word/|xl/|ppt/|docProps/|mimetypeapplication/vnd\.oasis|Index/(?:Document|Tables))"
)
_OFFICE_NAMES = {"docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "odt", "ods", "odp", "pages", "numbers", "key", "wps"}

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office_file", "OLE"),
    (b"{\\rtf", "office_file", "RTF"),
    (b"II+\x00", "image_type_not_accepted", "BigTIFF"),
    (b"MM\x00+", "image_type_not_accepted", "BigTIFF"),
    (b"GIF87a", "image_type_not_accepted", "GIF"),
    (b"GIF89a", "image_type_not_accepted", "GIF"),
    (b"8BPS", "image_type_not_accepted", "Photoshop"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image_type_not_accepted", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "image_type_not_accepted", "JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image_type_not_accepted", "JPEG XL"),
    (b"\xff\x0a", "image_type_not_accepted", "JPEG XL"),
    (b"AT&TFORM", "image_type_not_accepted", "DjVu"),
    (b"MZ", "program_file", "program"),
    (b"\x7fELF", "program_file", "program"),
    (b"\xca\xfe\xba\xbe", "program_file", "program"),
    (b"\xcf\xfa\xed\xfe", "program_file", "program"),
    (b"\xce\xfa\xed\xfe", "program_file", "program"),
    (b"#!", "program_file", "script"),
    (b"<?php", "program_file", "script"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "program_file", "shortcut"),
    (b"PK\x05\x06", "archive_file", "ZIP"),
    (b"PK\x07\x08", "archive_file", "ZIP"),
    (b"Rar!\x1a\x07", "archive_file", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "archive_file", "7z"),
    (b"\x1f\x8b", "archive_file", "gzip"),
    (b"BZh", "archive_file", "bzip2"),
    (b"\xfd7zXZ\x00", "archive_file", "xz"),
    (b"\x28\xb5\x2f\xfd", "archive_file", "zstd"),
    (b"MSCF", "archive_file", "CAB"),
)

_NAMED: dict[str, str] = {
    "pdf": "PDF", "jpg": "JPEG", "jpeg": "JPEG", "jpe": "JPEG", "jfif": "JPEG", "png": "PNG",
    "heic": "HEIC", "heif": "HEIC", "hif": "HEIC", "tif": "TIFF", "tiff": "TIFF", "webp": "WebP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sniffed:
    """Either a kind that may be opened, or the code it is refused with; `label` names what was recognised."""

    label: str
    kind: Kind | None = None
    code: str | None = None


def sniff(head: bytes, declared_name: str = "") -> Sniffed:
    """Name the type of the file that begins with `head`; the name only chooses between two wordings of a refusal."""
    if not head:
        return Sniffed("empty", code="file_empty")
    if _PDF.match(head):
        return Sniffed("PDF", kind="pdf")
    if head.startswith(b"\xff\xd8\xff"):
        return Sniffed("JPEG", kind="jpeg")
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Sniffed("PNG", kind="png")
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return Sniffed("TIFF", kind="tiff")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed("WebP", kind="webp")
    if head[4:8] == b"ftyp" and (boxed := _boxed(head)).kind:
        return boxed
    if b"%PDF-" in head:
        return Sniffed("PDF behind other data", code="pdf_carries_other_data")
    return _refused(head, declared_name)


def named_type(declared_name: str) -> str | None:
    """The accepted type a file name claims, if it claims one."""
    return _NAMED.get(_suffix(declared_name))


def _suffix(declared_name: str) -> str:
    return PurePosixPath(declared_name.replace("\\", "/")).suffix.lower().lstrip(".")


def _refused(head: bytes, declared_name: str) -> Sniffed:
    for start, code, label in _STARTS:
        if head.startswith(start):
            return Sniffed(label, code=code)
    if head.startswith(b"PK\x03\x04"):
        # A ZIP's first entry has its name at byte 30.
        if _OFFICE_ZIP.match(head, 30) or _suffix(declared_name) in _OFFICE_NAMES:
            return Sniffed("Office", code="office_file")
        return Sniffed("ZIP", code="archive_file")
    if head[4:8] == b"ftyp":
        return _boxed(head)
    if head[:2] == b"BM" and head[6:10] == b"\x00\x00\x00\x00":
        return Sniffed("BMP", code="image_type_not_accepted")
    if head[257:262] == b"ustar":
        return Sniffed("tar", code="archive_file")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        return Sniffed("markup", code="web_page")
    if named_type(declared_name):
        return Sniffed("unknown", code="name_and_content_differ")
    return Sniffed("unknown", code="type_not_accepted")


def _boxed(head: bytes) -> Sniffed:
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), 256), 4)}
    if brands & _AVIF:
        return Sniffed("AVIF", code="image_type_not_accepted")
    if brands & _HEIC:
        return Sniffed("HEIC", kind="heic")
    return Sniffed("video", code="type_not_accepted")
