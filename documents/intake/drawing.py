"""Draws pages of a working copy by PDFium. Runs only in the throw-away child."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import pypdfium2
from PIL import Image

from documents.intake.images import measures_of
from documents.intake.refused import Refused, answer

Image.preinit()
_QUALITY = 82
_POINTS_PER_INCH = 72


def draw(source: BinaryIO, target: BinaryIO, *, pages: Sequence[int], longest: Sequence[int]) -> Mapping[str, object]:
    """Each page that is asked for, counted from 1, as a JPEG of at most `longest` pixels a side, one after another;
    and what is measured of the first of them."""
    return answer(lambda opened: _drawn(opened, target, pages, longest), source)


def _drawn(source: BinaryIO, target: BinaryIO, pages: Sequence[int], longest: Sequence[int]) -> Mapping[str, object]:
    try:
        document = pypdfium2.PdfDocument(source.read())
        sizes: list[int] = []
        finest: dict[int, Image.Image] = {}
        for number, most in zip(pages, longest, strict=True):
            if number not in finest or max(finest[number].size) < most:
                finest[number] = _picture(document[number - 1], most)
            picture = finest[number].copy()
            picture.thumbnail((most, most))
            written = io.BytesIO()
            picture.save(written, "JPEG", quality=_QUALITY)
            sizes.append(target.write(written.getvalue()))
        return {"sizes": sizes, "measures": measures_of(finest[pages[0]]) if pages else {}}
    except (pypdfium2.PdfiumError, IndexError) as fault:
        raise Refused("unreadable_safely") from fault


def _picture(page: pypdfium2.PdfPage, longest: int) -> Image.Image:
    """Sized by its longer side, whatever the page claims to measure; never finer than 200 dots per inch."""
    scale = min(longest / max(*page.get_size(), 1), 200 / _POINTS_PER_INCH)
    picture: Image.Image = page.render(scale=scale, may_draw_forms=False, no_smoothtext=False).to_pil()
    picture.thumbnail((longest, longest))
    return picture.convert("RGB")
