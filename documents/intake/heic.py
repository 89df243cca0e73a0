"""Reads one HEIC photo by libheif. Runs only in the throw-away child, and only where HEIC is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

import pillow_heif
from PIL import Image

from documents.intake.image_end import hides_a_file
from documents.intake.images import BAD_DATA, measures_of, refuse_too_large
from documents.intake.refused import Refused, answer
from documents.intake.sheets import Sheets, lossy

pillow_heif.options.DECODE_THREADS = 1  # of libheif; its decoder of HEVC has threads of its own all the same


def inspect(source: BinaryIO) -> Mapping[str, object]:
    return answer(_read, source)


def sheets(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    def convert(opened: BinaryIO) -> Mapping[str, object]:
        made = Sheets()
        made.add(lossy(_picture(opened.read())))
        return made.save(target)

    return answer(convert, source)


def _read(source: BinaryIO) -> Mapping[str, object]:
    data = source.read()
    picture = _picture(data)
    if hides_a_file(data, len(data)):
        raise Refused("image_carries_other_data")
    return {
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "mode": picture.mode,
        "measures": measures_of(picture),
    }


def _picture(data: bytes) -> Image.Image:
    """The photo itself, upright: libheif turns it as the file says."""
    try:
        photo = pillow_heif.open_heif(data)[0]
        refuse_too_large(*photo.size)
        picture: Image.Image = photo.to_pillow()
        return picture
    except (PermissionError, Refused):
        raise
    except BAD_DATA as fault:
        raise Refused("image_damaged", step="pixels") from fault
