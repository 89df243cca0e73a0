"""A photograph or scan comes through as it was sent: same bytes, upright, whole, on A4."""

import io
import subprocess

import pikepdf
import pytest
from PIL import Image

from documents.packets.errors import PacketFailed


def drawn(packet, page):
    """One page as a viewer shows it, 30 dots to the inch."""
    png = subprocess.run(
        ["pdftoppm", "-r", "30", "-f", str(page), "-l", str(page), "-png", packet], check=True, capture_output=True
    ).stdout
    return Image.open(io.BytesIO(png)).convert("RGB")


def quarters(width=600, height=900):
    """Red, green over blue, yellow: no two ways of turning it look alike."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("yellow", (width // 2, height // 2, width, height))
    return image


def colours(picture):
    """The quarters of what stands on the white page, and how wide and high it is."""
    ink = picture.crop((0, 0, picture.width, picture.height - 15))  # without the number at the foot
    mask = Image.eval(Image.merge("RGB", ink.split()).convert("HSV").getchannel("S"), lambda s: 255 if s > 120 else 0)
    left, top, right, bottom = mask.getbbox()
    third = ((right - left) // 4, (bottom - top) // 4)
    spots = [(left + third[0], top + third[1]), (right - third[0], top + third[1])]
    spots += [(left + third[0], bottom - third[1]), (right - third[0], bottom - third[1])]
    names = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 0): "yellow"}
    found = [names[tuple(round(value / 255) for value in ink.getpixel(spot))] for spot in spots]
    return found, (right - left, bottom - top)


def embedded_pictures(packet, page):
    with pikepdf.open(packet) as pdf:
        pictures = pdf.pages[page - 1].get_images().values()
        return [(str(picture.get("/Filter")), bytes(picture.read_raw_bytes())) for picture in pictures]


def test_the_bytes_of_a_jpeg_are_not_touched(desk):
    document = desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    packet = desk.build().path

    assert embedded_pictures(packet, 3) == [("/DCTDecode", desk.sources[document.document_id].read_bytes())]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_turned_or_mirrored_by_its_camera_stands_upright(desk, orientation):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = quarters()
    stored = image.transpose(undo[orientation]) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = desk.folder / "photo.jpg"
    stored.save(path, exif=exif)
    desk.lay(path, "Photo", "照片")

    found, (width, height) = colours(drawn(desk.build().path, 3))

    assert found == ["red", "lime", "blue", "yellow"]
    assert width / height == pytest.approx(2 / 3, abs=0.02)


def test_a_wide_picture_gets_a_wide_page_and_every_page_is_a4(desk):
    for name, image in (("wide", quarters(4000, 1000)), ("high", quarters(1000, 4000)), ("dot", quarters(4, 4))):
        image.save(desk.folder / f"{name}.jpg")
        desk.lay(desk.folder / f"{name}.jpg", name, "照片")

    with pikepdf.open(desk.build().path) as pdf:
        sizes = [(round(page.mediabox[2]), round(page.mediabox[3])) for page in pdf.pages]
    assert sizes == [(595, 842), (595, 842), (842, 595), (595, 842), (595, 842), (595, 842)]


def test_a_small_photo_is_not_blown_up_to_the_page(desk):
    desk.lay_sample("photo-compliant.jpg", "Photo", "照片")  # 420 x 560 pixels
    page = drawn(desk.build().path, 3).convert("L")

    ink = Image.eval(page.crop((0, 0, page.width, page.height - 15)), lambda value: 255 if value < 200 else 0)
    left, _, right, _ = ink.getbbox()
    assert right - left <= 420 * 30 / 100


def test_a_see_through_picture_lies_on_white(desk):
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 400, 800))
    image.save(desk.folder / "stamp.png")
    desk.lay(desk.folder / "stamp.png", "Stamp", "印章")
    packet = desk.build().path

    page = drawn(packet, 3)
    middle = round(page.height * 0.48)
    assert page.getpixel((round(page.width * 0.3), middle)) == pytest.approx((255, 0, 0), abs=2)
    assert page.getpixel((round(page.width * 0.7), middle)) == pytest.approx((255, 255, 255), abs=2)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16", "LA", "CMYK"])
def test_every_kind_of_png_and_jpeg_comes_through(desk, read, mode):
    image = Image.new(mode, (300, 200)) if mode == "I;16" else quarters(300, 200).convert(mode)
    path = desk.folder / ("scan.jpg" if mode == "CMYK" else "scan.png")
    image.save(path)
    desk.lay(path, "Scan", "扫描件")
    packet = desk.build().path

    assert len(embedded_pictures(packet, 3)) == 1
    assert "page 3 of 4" in read(packet, 3)


def test_an_image_cut_short_names_the_file_and_the_cure(desk):
    path = desk.folder / "cut.png"
    quarters().convert("RGBA").save(path)
    path.write_bytes(path.read_bytes()[:300])
    desk.lay(path, "Photo", "照片")

    with pytest.raises(PacketFailed) as failed:
        desk.build()

    assert failed.value.code == "document_damaged"
    assert failed.value.detail.en == "“cut.png” (Photo) cannot be read to the end. Ask for it once more."
