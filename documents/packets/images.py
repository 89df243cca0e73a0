"""A photograph or scan becomes one A4 page. A JPEG's own bytes go in as they are."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MILLIMETRE = 72 / 25.4
A4 = (210 * MILLIMETRE, 297 * MILLIMETRE)
SIDE, TOP, BOTTOM = 15 * MILLIMETRE, 15 * MILLIMETRE, 20 * MILLIMETRE  # the stamp stands below the picture
COARSEST = 100  # dots per inch: a small picture is not blown up beyond what it can show

# EXIF orientation: where the unit square of the stored picture goes, as a PDF matrix on a unit square.
# Phones write 6, 8 and 3; front cameras and scanner software also the mirrored ones.
ORIENTATIONS = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
TURNED = (5, 6, 7, 8)


def image_page(source: Path, target: Path) -> float:
    """Place the picture upright and as large as the margins allow; a wide one gets a wide page.

    Its dots per inch, had it been let to fill the page.
    """
    import img2pdf
    import pikepdf
    from PIL import Image, ImageFile

    # WeasyPrint sets it, and half a picture would pass for a whole one: already to read its EXIF a PNG is loaded.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(source, formats=["JPEG", "PNG"]) as image:
        orientation = image.getexif().get(0x0112, 1)
        width, height = image.size
        data = _on_white(image) if _see_through(image) else source.read_bytes()
    if orientation not in ORIENTATIONS:
        orientation = 1
    if orientation in TURNED:
        width, height = height, width

    embedded = img2pdf.convert(
        data,
        engine=img2pdf.Engine.internal,
        rotation=img2pdf.Rotation.none,  # the matrix below turns it; /Rotate cannot mirror
        layout_fun=lambda _width, _height, _dpi: (*A4, *A4),
        first_frame_only=True,
        nodate=True,
    )
    with pikepdf.open(io.BytesIO(embedded)) as pdf:
        page = pdf.pages[0]
        (name,) = page.resources.XObject.keys()
        sheet = A4 if height >= width else (A4[1], A4[0])
        room = (sheet[0] - 2 * SIDE, sheet[1] - TOP - BOTTOM)
        scale = min(room[0] / width, room[1] / height, 72 / COARSEST)
        drawn = (width * scale, height * scale)
        left, low = (sheet[0] - drawn[0]) / 2, BOTTOM + (room[1] - drawn[1]) / 2
        a, b, c, d, e, f = ORIENTATIONS[orientation]
        matrix = (a * drawn[0], b * drawn[1], c * drawn[0], d * drawn[1], left + e * drawn[0], low + f * drawn[1])
        numbers = " ".join(f"{number:.4f}" for number in matrix)
        page.Contents = pdf.make_stream(f"q {numbers} cm {name} Do Q".encode("ascii"))
        page.MediaBox = pikepdf.Array([0, 0, round(sheet[0], 3), round(sheet[1], 3)])
        for box in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Rotate", "/UserUnit"):
            if box in page:
                del page[box]
        pdf.save(target, static_id=True)
    return 72 / min(room[0] / width, room[1] / height)


def _see_through(image: "Image.Image") -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _on_white(image: "Image.Image") -> bytes:
    """Paper is white: a viewer that ignores the mask would print black instead."""
    from PIL import Image

    picture = image.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    written = io.BytesIO()
    paper.convert("RGB").save(written, "PNG", icc_profile=image.info.get("icc_profile"))
    return written.getvalue()
