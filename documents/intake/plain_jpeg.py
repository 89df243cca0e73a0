"""A JPEG without what its camera and its programs wrote into it; not a pixel is encoded anew.

Runs only in the throw-away child.
"""

from __future__ import annotations

from documents.intake.image_end import jpeg_end
from documents.intake.refused import Refused

_START_OF_SCAN, _ALONE = 0xDA, {0x01, *range(0xD0, 0xD9)}
_JFIF, _ICC, _ADOBE, _COMMENT = 0xE0, 0xE2, 0xEE, 0xFE
# Of the application segments only what the colours hang on: resolution, profile, and how the channels are meant.
_KEPT = {_JFIF: b"JFIF\x00", _ICC: b"ICC_PROFILE\x00", _ADOBE: b"Adobe"}


def plain_jpeg(data: bytes) -> bytes:
    end = jpeg_end(data)
    if end is None:
        raise Refused("image_damaged", step="end")
    kept, at = [data[:2]], 2
    while at < end:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _ALONE or marker == _START_OF_SCAN:
            break
        segment = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
        if _is_kept(marker, segment[4:]):
            kept.append(segment)
        at += len(segment)
    kept.append(_scans(data[at:end]))
    return b"".join(kept)


def _scans(data: bytes) -> bytes:
    """From the first scan on: tables and scans, between which an application segment may still stand."""
    kept, at = [], 0
    while (found := _next_segment(data, at)) is not None:
        start, end = found
        kept.append(data[at:start])
        at = end
    kept.append(data[at:])
    return b"".join(kept)


def _next_segment(data: bytes, at: int) -> tuple[int, int] | None:
    """The next segment that is not kept. Within a scan no marker stands but stuffed and restart ones."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in range(0xE0, 0xF0) or marker == _COMMENT:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
            if not _is_kept(marker, data[at + 4 : end]):
                return at, min(end, len(data))
            at = end
        elif marker == 0xFF or marker == 0x00 or marker in _ALONE or marker == 0xD9:
            at += 1 if marker == 0xFF else 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _is_kept(marker: int, content: bytes) -> bool:
    if marker == _COMMENT:
        return False
    return marker not in range(0xE0, 0xF0) or content.startswith(_KEPT.get(marker, b"\x00never"))
