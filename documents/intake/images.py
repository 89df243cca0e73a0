"""Reads one picture. Runs only in the throw-away child."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO, Literal

from PIL import ExifTags, Image, ImageOps, MpoImagePlugin, TiffImagePlugin, WebPImagePlugin

from documents.intake.archives import ends_as_archive
from documents.intake.image_end import hides_a_file, jpeg_end, png_end, riff_end
from documents.intake.measuring import SIDE, measured
from documents.intake.refused import Refused, answer
from documents.intake.verdicts import MAX_PAGES, MAX_PIXELS

# Pillow loads its readers when it first needs them, and once the walls are up nothing can be loaded.
Image.preinit()
LOADED = (MpoImagePlugin, TiffImagePlugin, WebPImagePlugin)  # pictures of several cameras; the camera's notes

Format = Literal["JPEG", "PNG", "TIFF", "WEBP"]
Image.MAX_IMAGE_PIXELS = None  # counted below, before anything is decoded; Pillow's own limit lets twice as much pass

# What Pillow raises on bad data. A PermissionError is none of these: it is our own wall, met by our own mistake.
BAD_DATA = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def jpeg(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "JPEG", jpeg_end), source)


def png(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "PNG", png_end), source)


def tiff(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "TIFF", len), source)


def webp(source: BinaryIO) -> Mapping[str, object]:
    return answer(lambda opened: _read(opened, "WEBP", riff_end), source)


def open_image(data: bytes, kind: Format) -> Image.Image:
    """Of exactly this format, and not too large; nothing is decoded yet."""
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except PermissionError:
        raise
    except BAD_DATA as fault:
        raise Refused("image_damaged", step="header") from fault
    refuse_too_large(*image.size)
    return image


def refuse_too_large(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise Refused("too_many_pixels", width=width, height=height)


def _read(source: BinaryIO, kind: Format, find_end: Callable[[bytes], int | None]) -> dict[str, object]:
    data = source.read()
    image = open_image(data, kind)
    width, height = image.size
    end = find_end(data)
    if end is None:
        raise Refused("image_damaged", step="end")
    if hides_a_file(data, end) or ends_as_archive(io.BytesIO(data)):
        raise Refused("image_carries_other_data", trailing_bytes=len(data) - end)
    mode, pages = image.mode, 1
    measures: Mapping[str, float] = {}
    if kind == "TIFF":
        pages = _decode_every_page(image)
    else:
        _decode(image)
        measures = measures_of(ImageOps.exif_transpose(image))
    return {
        "pages": pages,
        "width": width,
        "height": height,
        "mode": mode,
        "frames": getattr(image, "n_frames", 1),
        "trailing_bytes": len(data) - end,
        "measures": measures,
        **_camera_notes(image),
    }


def _decode_every_page(image: Image.Image) -> int:
    for page in range(MAX_PAGES + 1):
        try:
            image.seek(page)
        except EOFError:
            return page
        except PermissionError:
            raise
        except BAD_DATA as fault:
            raise Refused("image_damaged", step="header", page=page) from fault
        refuse_too_large(*image.size)
        _decode(image)
    raise Refused("too_many_pages", pages=MAX_PAGES + 1)


def _decode(image: Image.Image) -> None:
    # A JPEG is unpacked whole even when it is drawn at an eighth of its size, in a fraction of the time and memory.
    # Of a small one enough is left to measure it.
    width, height = (max(side // 8, min(side, SIDE), 1) for side in image.size)
    image.draft(image.mode, (width, height))
    try:
        image.load()
    except PermissionError:
        raise
    except BAD_DATA as fault:
        raise Refused("image_damaged", step="pixels") from fault


def measures_of(image: Image.Image) -> Mapping[str, float]:
    """A picture that cannot be measured is kept all the same."""
    try:
        return measured(image)
    except PermissionError:
        raise
    except BAD_DATA:
        return {}


def _camera_notes(image: Image.Image) -> dict[str, object]:
    try:
        exif = image.getexif()
        orientation, gps = exif.get(ExifTags.Base.Orientation, 1), ExifTags.Base.GPSInfo in exif
    except PermissionError:
        raise
    except BAD_DATA:  # broken notes do not make a broken picture
        return {"orientation": 1, "gps": False}
    return {"orientation": orientation if orientation in range(1, 9) else 1, "gps": gps}
