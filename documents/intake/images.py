"""Reads one JPEG or PNG. Runs only in the throw-away child."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO, Literal

from PIL import ExifTags, Image, MpoImagePlugin, TiffImagePlugin

from documents.intake.archives import ends_as_archive
from documents.intake.image_end import hides_a_file, jpeg_end, png_end
from documents.intake.refused import Refused, answer
from documents.intake.verdicts import MAX_PIXELS

# Pillow loads its readers when it first needs them, and once the walls are up nothing can be loaded.
Image.preinit()
LOADED = (MpoImagePlugin, TiffImagePlugin)  # pictures of several cameras; the camera's notes

Image.MAX_IMAGE_PIXELS = None  # counted below, before anything is decoded; Pillow's own limit lets twice as much pass

# What Pillow raises on bad data. A PermissionError is none of these: it is our own wall, met by our own mistake.
_BAD_DATA = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)


def jpeg(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "JPEG", jpeg_end), source)


def png(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "PNG", png_end), source)


def _read(source: BinaryIO, kind: Literal["JPEG", "PNG"], find_end: Callable[[bytes], int | None]) -> dict[str, object]:
    data = source.read()
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except PermissionError:
        raise
    except _BAD_DATA as fault:
        raise Refused("image_damaged", step="header") from fault
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise Refused("too_many_pixels", width=width, height=height)
    end = find_end(data)
    if end is None:
        raise Refused("image_damaged", step="end")
    if hides_a_file(data, end) or ends_as_archive(io.BytesIO(data)):
        raise Refused("image_carries_other_data", trailing_bytes=len(data) - end)
    mode = image.mode
    _decode(image)
    return {
        "pages": 1,
        "width": width,
        "height": height,
        "mode": mode,
        "frames": getattr(image, "n_frames", 1),
        "trailing_bytes": len(data) - end,
        **_camera_notes(image),
    }


def _decode(image: Image.Image) -> None:
    # A JPEG is unpacked whole even when it is drawn at an eighth of its size, in a fraction of the time and memory.
    image.draft(image.mode, (max(image.width // 8, 1), max(image.height // 8, 1)))
    try:
        image.load()
    except PermissionError:
        raise
    except _BAD_DATA as fault:
        raise Refused("image_damaged", step="pixels") from fault


def _camera_notes(image: Image.Image) -> dict[str, object]:
    try:
        exif = image.getexif()
        orientation, gps = exif.get(ExifTags.Base.Orientation, 1), ExifTags.Base.GPSInfo in exif
    except PermissionError:
        raise
    except _BAD_DATA:  # broken notes do not make a broken picture
        return {"orientation": 1, "gps": False}
    return {"orientation": orientation if orientation in range(1, 9) else 1, "gps": gps}
