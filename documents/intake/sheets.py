"""Pictures become A4 pages, upright. A JPEG's own pixels go in as they are. Runs only in the throw-away child."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO

import img2pdf
import pikepdf
from PIL import Image, ImageOps, ImageSequence

from documents.intake.images import BAD_DATA, Format, open_image
from documents.intake.plain_jpeg import plain_jpeg
from documents.intake.refused import Refused, answer

MILLIMETRE = 72 / 25.4
A4 = (210 * MILLIMETRE, 297 * MILLIMETRE)
SIDE, TOP, BOTTOM = 15 * MILLIMETRE, 15 * MILLIMETRE, 20 * MILLIMETRE  # a packet's stamp stands below the picture
COARSEST = 100  # dots per inch: a small picture is not blown up beyond what it can show
_ORIENTATION = 0x0112
_SEE_THROUGH = ("RGBA", "LA", "PA", "RGBa", "La")

# EXIF orientation: where the unit square of the stored picture goes, as a PDF matrix on a unit square.
# Phones write 6, 8 and 3; front cameras and scanner software also the mirrored ones.
_MATRICES = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
_TURNED = (5, 6, 7, 8)


class Sheets:
    """A PDF in the making, one page a picture."""

    def __init__(self) -> None:
        self._pdf = pikepdf.new()

    def add(self, data: bytes, orientation: int = 1) -> None:
        """Place a JPEG or PNG as large as the margins allow; a wide one gets a wide page."""
        embedded = img2pdf.convert(
            data,
            engine=img2pdf.Engine.internal,
            rotation=img2pdf.Rotation.none,  # the matrix below turns it; /Rotate cannot mirror
            layout_fun=lambda _width, _height, _dpi: (*A4, *A4),
            first_frame_only=True,
            nodate=True,
        )
        with pikepdf.open(io.BytesIO(embedded)) as one:
            (name,) = one.pages[0].resources.XObject.keys()
            picture = self._pdf.copy_foreign(one.pages[0].resources.XObject[name])
        turned = orientation in _TURNED
        width, height = int(picture.Width), int(picture.Height)
        sheet, matrix = _placed((height, width) if turned else (width, height), orientation)
        self._pdf.add_blank_page(page_size=sheet)
        page = self._pdf.pages[-1]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=picture))
        page.Contents = self._pdf.make_stream(f"q {matrix} cm /Picture Do Q".encode("ascii"))

    def save(self, target: BinaryIO) -> Mapping[str, object]:
        pages = len(self._pdf.pages)
        self._pdf.save(target, deterministic_id=True)
        return {"pages": pages}


def jpeg(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    def convert(sheets: Sheets, data: bytes) -> None:
        sheets.add(plain_jpeg(data), _orientation(open_image(data, "JPEG")))

    return _converted(convert, source, target)


def png(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    def convert(sheets: Sheets, data: bytes) -> None:
        image = open_image(data, "PNG")
        # Only its pixels are taken out of a PNG; one that is clear in places is put on white first.
        whole = lossless(image) if is_see_through(image) else data
        sheets.add(whole, _orientation(image))

    return _converted(convert, source, target)


def tiff(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    def convert(sheets: Sheets, data: bytes) -> None:
        for page in ImageSequence.Iterator(open_image(data, "TIFF")):
            page.load()  # which turns it as its tag says
            sheets.add(lossless(page) if page.mode in ("1", "P") else lossy(page))

    return _converted(convert, source, target)


def webp(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    return _converted(_with_lossy("WEBP"), source, target)


def lossy(image: Image.Image) -> bytes:
    """As a JPEG that looks the same, for pictures whose own format no PDF can hold."""
    picture = _eight_bits(_on_white(image))
    if picture.mode not in ("L", "RGB", "CMYK"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    return _written(picture, "JPEG", quality=92, icc_profile=image.info.get("icc_profile"))


def lossless(image: Image.Image) -> bytes:
    """As a PNG with the same pixels and nothing else in it."""
    picture = _eight_bits(_on_white(image))
    return _written(picture, "PNG", icc_profile=image.info.get("icc_profile"), compress_level=4)


def _with_lossy(kind: Format) -> Callable[[Sheets, bytes], None]:
    def convert(sheets: Sheets, data: bytes) -> None:
        sheets.add(lossy(ImageOps.exif_transpose(open_image(data, kind))))

    return convert


def _converted(convert: Callable[[Sheets, bytes], None], source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    def make(opened: BinaryIO) -> Mapping[str, object]:
        sheets = Sheets()
        try:
            convert(sheets, opened.read())
        except (PermissionError, Refused):
            raise
        except (*BAD_DATA, img2pdf.ImageOpenError, img2pdf.UnsupportedColorspaceError) as fault:
            raise Refused("not_made_safe", step=type(fault).__name__) from fault
        return sheets.save(target)

    return answer(make, source)


def _placed(size: tuple[int, int], orientation: int) -> tuple[tuple[float, float], str]:
    width, height = size
    sheet = A4 if height >= width else (A4[1], A4[0])
    room = (sheet[0] - 2 * SIDE, sheet[1] - TOP - BOTTOM)
    scale = min(room[0] / width, room[1] / height, 72 / COARSEST)
    drawn = (width * scale, height * scale)
    left, low = (sheet[0] - drawn[0]) / 2, BOTTOM + (room[1] - drawn[1]) / 2
    a, b, c, d, e, f = _MATRICES[orientation]
    matrix = (a * drawn[0], b * drawn[1], c * drawn[0], d * drawn[1], left + e * drawn[0], low + f * drawn[1])
    return (round(sheet[0], 3), round(sheet[1], 3)), " ".join(f"{number:.4f}" for number in matrix)


def _orientation(image: Image.Image) -> int:
    try:
        said = image.getexif().get(_ORIENTATION, 1)
    except PermissionError:
        raise
    except BAD_DATA:
        return 1
    return said if said in _MATRICES else 1


def is_see_through(image: Image.Image) -> bool:
    return image.mode in _SEE_THROUGH or "transparency" in image.info


def _on_white(image: Image.Image) -> Image.Image:
    """Paper is white: a viewer that ignores the mask would print black instead."""
    if not is_see_through(image):
        return image
    picture = image.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow would cut the upper part of each value off, and a scan of 16 bits would be white."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("L") if image.mode in ("I", "F") else image


def _written(image: Image.Image, kind: str, **options: object) -> bytes:
    plain, written = image.copy(), io.BytesIO()
    plain.info = {}  # or its notes would be written along
    plain.save(written, kind, **options)
    return written.getvalue()
