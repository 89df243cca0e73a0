"""Where a picture ends, and what lies behind it. Runs only in the throw-away child."""

from __future__ import annotations

import re

from documents.intake.sniff import HEAD_BYTES, sniff

# A marker that ends a run of image data: not a stuffed zero, not a restart marker, not padding.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD9)}

_SCRIPT = re.compile(rb"<(?:script|\?php|!doctype html|html|iframe)[\s>]", re.IGNORECASE)
_OF_ITS_OWN = {"archive_file", "office_file", "pdf_carries_other_data", "program_file", "web_page"}


def jpeg_end(data: bytes) -> int | None:
    """The position behind the end marker, or None where the image never ends."""
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker == _END_OF_IMAGE:
            return at + 2
        elif marker in _ALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
            if marker == _START_OF_SCAN:
                found = _NEXT_MARKER.search(data, at)
                if found is None:
                    return None
                at = found.start()
    return None


def png_end(data: bytes) -> int | None:
    at = 8
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return at if at <= len(data) else None
    return None


def riff_end(data: bytes) -> int | None:
    end = 8 + int.from_bytes(data[4:8], "little")
    return end if end <= len(data) else None


def hides_a_file(data: bytes, end: int) -> bool:
    """Whether a browser or another program would find something of its own in this image.

    Bytes behind the end alone are no reason: telephones keep the short film, the depth map or their own notes there.
    """
    behind = sniff(data[end:].lstrip(b"\x00\t\n\f\r ")[:HEAD_BYTES])
    return behind.kind == "pdf" or behind.code in _OF_ITS_OWN or _SCRIPT.search(data) is not None
