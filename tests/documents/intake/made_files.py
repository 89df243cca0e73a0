"""Small files of every sort, made when a test asks for them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image

SAMPLES = Path(__file__).resolve().parents[3] / "documents" / "samples"


def pdf(pages: int = 1, change: Callable[[Pdf], None] | None = None, **saving: Any) -> bytes:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    if change is not None:
        change(made)
    target = io.BytesIO()
    made.save(target, **saving)
    return target.getvalue()


def written_pdf(catalog: bytes) -> bytes:
    """One page, written by hand: for what a library would tidy up."""
    written, at = b"%PDF-1.7\n", []
    for number, entries in enumerate(
        (
            b"/Type /Catalog /Pages 2 0 R " + catalog,
            b"/Type /Pages /Kids [3 0 R] /Count 1",
            b"/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >>",
        ),
        start=1,
    ):
        at.append(len(written))
        written += b"%d 0 obj\n<< %s >>\nendobj\n" % (number, entries)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in at)
    return written + table + b"trailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n%d\n%%%%EOF\n" % len(written)


def locked_pdf(user: str) -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="owner", user=user))


def pdf_with_root(**entries: object) -> bytes:
    def change(made: Pdf) -> None:
        for key, value in entries.items():
            made.Root[f"/{key}"] = value

    return pdf(change=change)


def pdf_with_annotation(**entries: Any) -> bytes:
    def change(made: Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **entries)
        made.pages[0].obj.Annots = Array([made.make_indirect(annotation)])

    return pdf(change=change)


def pdf_with_attachment(data: bytes = b"Written by hand.", name: str = "notes.txt") -> bytes:
    def change(made: Pdf) -> None:
        made.attachments[name] = pikepdf.AttachedFileSpec(made, data, filename=name)

    return pdf(change=change)


def pdf_with_field(value: str) -> bytes:
    """A form as some programs write it: the value is there, and drawing it is left to the viewer."""

    def change(made: Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        field = made.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T="name", V=value, F=4, Rect=[50, 700, 400, 740]
            )
        )
        field.DA = pikepdf.String("/Helv 24 Tf 0 g")
        made.Root.AcroForm = Dictionary(
            Fields=Array([field]), DA=pikepdf.String("/Helv 24 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=font))
        )
        made.Root.AcroForm.NeedAppearances = True
        made.pages[0].obj.Annots = Array([field])

    return pdf(change=change)


def pdf_showing_another_file() -> bytes:
    def change(made: Pdf) -> None:
        stream = made.make_stream(b"")
        stream.F = pikepdf.String("//host/page")
        made.pages[0].obj.Contents = stream

    return pdf(change=change)


def pdf_with_image(data: bytes, width: int, height: int, filters: object) -> bytes:
    def change(made: Pdf) -> None:
        image = made.make_stream(
            data, Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height, Filter=filters
        )
        image.ColorSpace, image.BitsPerComponent = Name.DeviceGray, 8
        page = made.pages[0].obj
        page.Resources = Dictionary(XObject=Dictionary(Im=image))
        page.Contents = made.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")

    return pdf(change=change)


def pdf_drawing_without_end(levels: int = 20) -> bytes:
    """Every form draws the next one ten times."""

    def change(made: Pdf) -> None:
        inner = None
        for _ in range(levels):
            form = made.make_stream(b"/A Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
            form.Resources = Dictionary(XObject=Dictionary(A=inner)) if inner is not None else Dictionary()
            inner = form
        made.pages[0].obj.Resources = Dictionary(XObject=Dictionary(A=inner))
        made.pages[0].obj.Contents = made.make_stream(b"/A Do")

    return pdf(change=change)


def pdf_unpacking_without_end() -> bytes:
    packed = zlib.compress(zlib.compress(bytes(70 * 1024 * 1024), 9), 9)

    def change(made: Pdf) -> None:
        made.pages[0].obj.Contents = made.make_stream(packed, Filter=Array([Name.FlateDecode, Name.FlateDecode]))

    return pdf(change=change)


def image(kind: str, size: tuple[int, int] = (64, 48), **saving: Any) -> bytes:
    target = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(target, kind, **saving)
    return target.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def archive(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in names:
            made.writestr(name, "text")
    return target.getvalue()
