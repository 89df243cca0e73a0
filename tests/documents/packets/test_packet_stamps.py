"""The number at the foot can be read on any page: turned, cropped, shifted, huge, tiny, dark or badly written."""

import re
import subprocess

import pikepdf
import pytest


def boxes(packet, page):
    """Each word with its place on the page as it is seen, from the top left corner."""
    html = subprocess.run(
        ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), packet, "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = {}
    for *sides, word in re.findall(
        r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]+)<', html
    ):
        found.setdefault(word, tuple(float(side) for side in sides))
    return found


def assert_upright_at_the_foot(packet, page, seen):
    words, (width, height) = boxes(packet, page), seen
    left, right = words["K-2026-000123"], words["page"]
    for x0, y0, x1, y1 in (left, right):
        assert 0 < x0 < x1 < width
        assert height * 0.9 < y0 < y1 < height
        assert x1 - x0 > y1 - y0, "the words lie along the foot, not up the side"
    assert left[2] < right[0], "the reference stands left of the number"
    assert words["of"][0] > right[2], "and is not mirrored"


@pytest.mark.parametrize("turned", [0, 90, 180, 270, -90, 450])
def test_a_turned_page_is_numbered_upright(desk, turned):
    desk.lay_pages("turned", "SIDEWAYS", Rotate=turned)

    seen = (842, 595) if turned in (90, 270, -90, 450) else (595, 842)
    assert_upright_at_the_foot(desk.build().path, 3, seen)


@pytest.mark.parametrize("turned", [0, 90, 270])
def test_a_cropped_page_with_a_shifted_origin_is_numbered_inside_what_is_seen(desk, turned):
    desk.lay_pages(
        "cropped",
        "WORDS",
        Rotate=turned,
        MediaBox=pikepdf.Array([-300, 200, 500, 1200]),
        CropBox=pikepdf.Array([-100, 300, 400, 1000]),
    )

    packet = desk.build().path
    with pikepdf.open(packet) as pdf:
        assert [int(side) for side in pdf.pages[2].CropBox] == [-100, 300, 400, 1000]
    # pdftotext reckons from the media box; what a viewer shows is cut out of it.
    words = drawn_words(packet, 3)
    assert {"K-2026-000123", "page", "of"} <= words


def drawn_words(packet, page):
    """The words within the crop box."""
    text = subprocess.run(
        ["pdftotext", "-cropbox", "-f", str(page), "-l", str(page), packet, "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return set(text.split())


@pytest.mark.parametrize("size", [(2384, 3370), (298, 420), (150, 200), (842, 595)])
def test_any_size_of_page_is_numbered(desk, size):
    desk.lay_pages("size", "WORDS", size=size)

    assert_upright_at_the_foot(desk.build().path, 3, size)


def test_a_poster_in_large_units_is_numbered_in_proportion(desk):
    desk.lay_pages("poster", "WORDS", size=(595, 842), UserUnit=4)
    desk.lay_pages("plain", "WORDS", size=(2380, 3368))
    packet = desk.build().path

    poster, plain = boxes(packet, 3), boxes(packet, 4)
    # poppler does not apply the unit, so the same poster in larger units reads as a quarter.
    assert poster["page"][2] - poster["page"][0] == pytest.approx((plain["page"][2] - plain["page"][0]) / 4, rel=0.02)


def test_pages_that_share_their_resources_keep_their_own_numbers(desk, read):
    desk.lay_pages("shared", "ONE", "TWO", "THREE")
    packet = desk.build().path

    for number, word in ((3, "ONE"), (4, "TWO"), (5, "THREE")):
        text = read(packet, number)
        assert word in text
        assert re.findall(r"page (\d+) of 6", text) == [str(number)]


@pytest.mark.parametrize("careless", ["q 3 0 0 3 50 50 cm", "Q Q 0 1 -1 0 0 0 cm", "1 0 0 1 900 900 cm BT /F1 12 Tf"])
def test_a_page_that_leaves_its_drawing_state_open_does_not_move_the_number(desk, careless):
    document = desk.lay_pages("careless", "WORDS")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Contents = pdf.make_stream(careless.encode())
        pdf.save(path)
    desk.documents.clear()
    desk.lay(path, "Careless", "材料", document_id=document.document_id)

    assert_upright_at_the_foot(desk.build().path, 3, (595, 842))


def test_pages_that_share_one_drawing_with_different_pictures_both_stay_as_they_were(desk, read):
    document = desk.lay_pages("letterhead", "HEAD", "HEAD")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        first, second = pdf.pages
        second.Contents = first.Contents
        bold = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Courier)
        second.obj.Resources = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=bold)))
        pdf.save(path)
    desk.documents.clear()
    desk.lay(path, "Letterhead", "材料", 2, document_id=document.document_id)
    packet = desk.build().path

    for page, face, other in ((3, "Helvetica", "Courier"), (4, "Courier", "Helvetica")):
        assert "HEAD" in read(packet, page)
        faces = subprocess.run(
            ["pdffonts", "-f", str(page), "-l", str(page), packet], check=True, capture_output=True, text=True
        ).stdout
        assert face in faces
        assert other not in faces


def test_an_empty_page_is_numbered(desk, read):
    document = desk.lay_pages("empty", "GONE")
    path = desk.sources[document.document_id]
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[0].obj["/Contents"], pdf.pages[0].obj["/Resources"]
        pdf.save(path)
    desk.documents.clear()
    desk.lay(path, "Empty", "材料", document_id=document.document_id)

    assert "page 3 of 4" in read(desk.build().path, 3)


def test_the_number_is_read_out_once(desk, read):
    """It is drawn twice, white edges first."""
    desk.lay_pages("cv", "MY LIFE")

    assert read(desk.build().path, 3, "-raw").count("page 3 of 4") == 1
