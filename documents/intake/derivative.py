"""Whether a working copy holds anything but pages, asked of qpdf and of the bytes: none of the code that made it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf

# Anything that acts, attaches, points outside or tells of its maker, as the name of a key or value.
_TOKENS = re.compile(
    rb"/(JS|JavaScript|AA|OpenAction|Launch|SubmitForm|ImportData|ResetForm|GoToR|GoToE|GoTo3DView|URI|Rendition|Movie"
    rb"|Sound|RichMedia\w*|Screen|3D|EmbeddedFiles?|Filespec|EF|AF|XFA|AcroForm|Annots|Widget|FileAttachment|Names"
    rb"|Collection|Metadata|PieceInfo|Outlines|Info|Encrypt)(?![\w.+#-])"
)
_STREAM = re.compile(rb"\nstream\r?\n.*?\nendstream", re.DOTALL)
_NOTES = {b"Exif\x00\x00": "EXIF notes", b"http://ns.adobe.com/xap/": "XMP notes", b"Photoshop 3.0": "Photoshop notes"}
_LONGEST = 120  # seconds


def more_than_pages(copy: Path, scratch: Path) -> Iterator[str]:
    """What it holds besides; nothing, where it is what it should be."""
    unpacked = scratch / "unpacked.pdf"
    options = ["--qdf", "--object-streams=disable", str(copy), str(unpacked)]
    try:
        if (program := shutil.which("qpdf")) is not None:
            subprocess.run([program, *options], check=True, capture_output=True, timeout=_LONGEST)  # noqa: S603 (qpdf)
        else:
            pikepdf.Job(["qpdf", *options]).run()
    except (subprocess.SubprocessError, pikepdf.PdfError, pikepdf.JobUsageError) as failure:
        yield f"qpdf: {type(failure).__name__}"
        return
    data, packed = unpacked.read_bytes(), copy.read_bytes()
    unpacked.unlink()
    # Inside a stream a name is what a page shows or draws; outside it is what a program acts upon.
    for token in sorted({found.decode() for found in _TOKENS.findall(_STREAM.sub(b"", data))}):
        yield f"holds /{token}"
    for mark, name in _NOTES.items():
        if mark in data or mark in packed:
            yield f"holds {name}"
    if packed.rpartition(b"%%EOF")[2].strip():
        yield "holds data behind its end"
    if not packed.startswith(b"%PDF-"):
        yield "holds data before its beginning"
