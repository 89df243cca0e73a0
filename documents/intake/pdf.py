"""Reads one PDF. Runs only in the throw-away child."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO

import pikepdf
from pikepdf import Dictionary, Pdf, Stream, settings

from documents.intake.active_content import active_content, of_the_whole
from documents.intake.archives import ends_as_archive
from documents.intake.pdf_streams import MOST_CONTENT_BYTES, MOST_FILTERS, StreamReader
from documents.intake.refused import Refused, answer
from documents.intake.verdicts import MAX_PAGES, REFUSED_CONTENT

_MOST_OBJECTS = 250_000
_IMAGE_FILTERS = {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"}

# Said of pages that draw nothing from a resource; nothing is lost by it.
_HARMLESS = ("Resources is missing or invalid; repairing",)
_ONLY_THE_TABLE = re.compile(r"startxref|xref|file is damaged|reconstruct cross-reference|number of objects")

# What a working copy consists of.
CATALOGUE = frozenset({"/Type", "/Pages", "/OCProperties"})
PAGE = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Contents", "/Resources", "/Group"}
)

# Some programs leave a comment line behind the end; a file of another kind does not look like one.
_MORE_THAN_COMMENTS = re.compile(rb"(?:^|[\r\n])[\x00\t\f\x1a ]*[^\x00\t\f\x1a \r\n%]")

settings.set_qpdf_limits(
    doc_max_warnings=2 * MAX_PAGES,
    parser_max_nesting=100,
    parser_max_container_size=1_000_000,
    max_stream_filters=MOST_FILTERS,
    flate_max_memory=MOST_CONTENT_BYTES,
    run_length_max_memory=MOST_CONTENT_BYTES,
    png_max_memory=MOST_CONTENT_BYTES,
    tiff_max_memory=MOST_CONTENT_BYTES,
)


def _wake_cryptography() -> None:
    """qpdf opens the system's random device when it first meets an encrypted file: too late behind the walls."""
    pikepdf.new().save(io.BytesIO(), encryption=pikepdf.Encryption(owner="relo", user=""))


_wake_cryptography()


def inspect(source: BinaryIO) -> Mapping[str, object]:
    return answer(_read, source)


def verify(source: BinaryIO) -> Mapping[str, object]:
    """Whether a working copy is what it must be: nothing but pages. Asked in a process that did not make it."""
    return answer(_verified, source)


@contextmanager
def opened(source: BinaryIO) -> Iterator[Pdf]:
    """As it stands, or with its table of contents made anew where only that is wrong.

    What must be repaired beyond that could lose pages or half an image without a word.
    """
    try:
        with _open(source, attempt_recovery=False) as pdf:
            len(pdf.pages)  # met here, where it can still be opened otherwise
            yield pdf
            return
    except pikepdf.PasswordError as fault:
        raise Refused("pdf_encrypted") from fault
    except pikepdf.PdfError:
        source.seek(0)
    with _open(source, attempt_recovery=True) as pdf:
        if len(pdf.pages) != pdf.Root.get("/Pages", Dictionary()).get("/Count"):
            raise Refused("pdf_damaged", pages="lost")
        yield pdf


def _open(source: BinaryIO, *, attempt_recovery: bool) -> Pdf:
    return pikepdf.open(source, attempt_recovery=attempt_recovery, suppress_warnings=True)


def _read(source: BinaryIO) -> Mapping[str, object]:
    data = source.read()
    if ends_as_archive(source):
        raise Refused("pdf_carries_other_data", archive=True)
    source.seek(0)
    try:
        with opened(source) as pdf:
            _refuse_data_behind_the_end(data)
            return _facts(pdf)
    except pikepdf.PdfError as fault:
        raise Refused("pdf_no_pages" if "no pages" in str(fault) else "pdf_damaged") from fault


def _verified(source: BinaryIO) -> Mapping[str, object]:
    try:
        with _open(source, attempt_recovery=False) as pdf:
            facts = _facts(pdf)
            extra = sorted({*pdf.Root.keys()} - CATALOGUE) + sorted({*pdf.trailer.keys()} & {"/Info", "/Encrypt"})
            extra += sorted({key for page in pdf.pages for key in page.obj.keys()} - PAGE)  # noqa: SIM118 (no dict)
    except pikepdf.PdfError as fault:
        raise Refused("not_made_safe") from fault
    if facts["removes"] or facts["form"] or extra:
        raise Refused("not_made_safe", removes=facts["removes"], extra=extra)
    return facts


def _refuse_data_behind_the_end(data: bytes) -> None:
    _, marker, behind = data.rpartition(b"%%EOF")
    if not marker:
        raise Refused("pdf_damaged", end="missing")
    if _MORE_THAN_COMMENTS.search(behind):
        raise Refused("pdf_carries_other_data", trailing_bytes=len(behind))


def _facts(pdf: Pdf) -> Mapping[str, object]:
    declared = pdf.Root.get("/Pages", Dictionary()).get("/Count", 0)
    if isinstance(declared, int) and declared > MAX_PAGES:
        raise Refused("too_many_pages", pages=declared)
    pages = len(pdf.pages)
    if pages == 0:
        raise Refused("pdf_no_pages")
    if pages > MAX_PAGES:
        raise Refused("too_many_pages", pages=pages)
    if len(pdf.objects) > _MOST_OBJECTS:
        raise Refused("pdf_too_complex", objects=len(pdf.objects))

    streams, found, signed = StreamReader(), of_the_whole(pdf), False
    for thing in pdf.objects:
        found |= active_content(thing)
        if isinstance(thing, Stream):
            streams.check(thing)
        elif isinstance(thing, Dictionary) and "/ByteRange" in thing:
            signed = True
    if found & REFUSED_CONTENT:
        raise Refused("active_content", found=sorted(found))
    for page in pdf.pages:
        streams.count_draws(page)
    warnings = [str(warning) for warning in pdf.get_warnings()]
    if any(not warning.endswith(_HARMLESS) and not _ONLY_THE_TABLE.search(warning) for warning in warnings):
        raise Refused("pdf_damaged", warnings=len(warnings))
    return {
        "pages": pages,
        "removes": sorted(found),
        "encrypted": pdf.is_encrypted,
        "pdf_version": pdf.pdf_version,
        "signed": signed,
        "form": _has_fields(pdf),
        "image_filters": sorted(streams.filters & _IMAGE_FILTERS),
    }


def _has_fields(pdf: Pdf) -> bool:
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, Dictionary) and len(form.get("/Fields", [])) > 0
