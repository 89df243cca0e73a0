"""Hints on pages and the measuring of photos, on pictures made here: each limit from both sides."""

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from documents.intake.hints import hints_of
from documents.intake.inspect import inspect_file
from documents.intake.noting import plain_hints, plain_photo
from documents.intake.photo import measured
from documents.photo_rules import check_photo


def page(width: int = 1000, height: int = 1414, margin: int = 90) -> Image.Image:
    """Forty lines of strokes, as print looks from afar."""
    sheet = Image.new("L", (width, height), 245)
    pen = ImageDraw.Draw(sheet)
    dice = random.Random(5)
    for line in range(margin, height - margin - 14, 30):
        place = margin
        while place < width - margin - 12:
            pen.line((place, line, place + dice.randint(0, 6), line + 13), fill=30, width=2)
            pen.line((place, line + 6, place + dice.randint(2, 8), line + 6), fill=30, width=2)
            place += dice.choice((8, 9, 11, 12, 24))
    return sheet


def codes(image: Image.Image) -> list[object]:
    return [hint["code"] for hint in hints_of(image)]


def test_a_good_page_gets_no_hint() -> None:
    assert codes(page()) == []


def test_a_page_out_of_focus_is_told_with_its_sharpness_and_a_slightly_soft_one_is_not() -> None:
    (hint,) = hints_of(page().filter(ImageFilter.GaussianBlur(4)))

    assert hint["code"] == "blurred"
    assert 0 <= float(str(hint["sharpness"])) < 0.16
    assert codes(page().filter(ImageFilter.GaussianBlur(0.6))) == []


@pytest.mark.parametrize(("share", "expected"), [(0.40, ["dark"]), (0.52, [])])
def test_a_dark_page(share: float, expected: list[str]) -> None:
    assert codes(page().point(lambda level: level * share)) == expected


def test_a_page_on_its_side_and_the_same_page_upright() -> None:
    assert codes(page().rotate(90, expand=True)) == ["sideways"]
    assert codes(page().rotate(180)) == []  # on its head cannot be told, and is not guessed


def test_an_empty_page_and_one_with_a_single_line() -> None:
    sheet = Image.new("L", (1000, 1414), 240)
    assert codes(sheet) == ["blank"]
    for place in range(100, 900, 14):
        ImageDraw.Draw(sheet).rectangle((place, 700, place + 8, 718), fill=20)
    assert "blank" not in codes(sheet)


def test_text_that_runs_into_an_edge_is_told_with_that_edge() -> None:
    whole = page(margin=40)
    cut = whole.crop((0, 0, 620, whole.height))

    assert [hint.get("edges") for hint in hints_of(cut) if hint["code"] == "cropped"] == [["right"]]
    assert "cropped" not in codes(whole)


def test_a_page_photographed_on_a_dark_table_is_not_called_cropped() -> None:
    assert "cropped" not in codes(ImageOps.expand(page(), 80, 40))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_pictures_of_every_mode_can_be_looked_at(mode: str) -> None:
    image = page().convert("RGB").convert(mode) if mode not in ("I;16", "F") else page().convert(mode)
    assert isinstance(hints_of(image), list)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (7, 9)])
def test_pictures_of_odd_sizes_can_be_looked_at(size: tuple[int, int]) -> None:
    assert isinstance(hints_of(Image.new("L", size, 200)), list)
    assert measured(Image.new("L", size, 200), size)["width"] == size[0]


def portrait(size: tuple[int, int] = (420, 560), background: str = "white") -> Image.Image:
    photo = Image.new("RGB", size, background)
    pen, (w, h) = ImageDraw.Draw(photo), size
    pen.ellipse((w * 0.28, h * 0.14, w * 0.72, h * 0.72), fill=(214, 160, 130))
    pen.rectangle((w * 0.15, h * 0.74, w * 0.85, h), fill=(40, 60, 130))
    return photo


def outcomes(photo: Image.Image, kind: str = "jpeg", size: int = 60 * 1024) -> dict[str, str]:
    return {check.code: check.outcome for check in check_photo(measured(photo, photo.size), kind=kind, size=size)}


def test_a_photo_that_fits_passes_all_but_what_a_person_must_see() -> None:
    found = outcomes(portrait())
    assert found.pop("face") == "cannot_tell"
    assert set(found.values()) == {"pass"}


@pytest.mark.parametrize(
    ("photo", "code", "outcome"),
    [
        (portrait((353, 472)), "pixels", "fail"),
        (portrait((354, 472)), "pixels", "pass"),
        (portrait((421, 560)), "pixels", "fail"),
        (portrait((420, 561)), "pixels", "fail"),
        (portrait(background="#a0a0a0"), "background", "fail"),
        (portrait(background="#e2e2e2"), "background", "warn"),
        (portrait(background="#ebebeb"), "background", "pass"),
        (portrait(background="#b4dcff"), "background", "fail"),
        (portrait().convert("L").convert("RGB"), "colour", "fail"),
        (portrait().convert("L"), "type", "fail"),
        (ImageOps.expand(portrait((404, 544)), 8, "black"), "border", "fail"),
    ],
)
def test_photo_limits(photo: Image.Image, code: str, outcome: str) -> None:
    assert outcomes(photo)[code] == outcome


@pytest.mark.parametrize(("kilobytes", "outcome"), [(39, "fail"), (40, "pass"), (120, "pass"), (121, "fail")])
def test_file_size_of_a_photo(kilobytes: int, outcome: str) -> None:
    assert outcomes(portrait(), size=kilobytes * 1024)["file_size"] == outcome


def test_a_shadow_beside_the_head_is_pointed_out() -> None:
    photo = portrait()
    ImageDraw.Draw(photo).rectangle((0, 0, 60, 560), fill=(200, 200, 200))
    assert outcomes(photo)["background_even"] == "warn"


def test_what_fails_comes_first_and_names_the_figure_and_the_cure() -> None:
    photo = portrait((300, 400))
    first = check_photo(measured(photo, photo.size), kind="jpeg", size=60 * 1024)[0]

    assert (first.code, first.found.en) == ("pixels", "300 × 400")
    assert first.cure is not None
    assert "too few pixels" in first.cure.en
    assert "像素不足" in first.cure.zh


def test_the_verdict_carries_what_was_measured_in_the_child() -> None:
    file = io.BytesIO()
    portrait((300, 400), "#808080").save(file, "JPEG", quality=95)
    verdict = inspect_file(file, "me.jpg")
    assert verdict.ok
    assert (verdict.photo["width"], verdict.photo["height"]) == (300, 400)
    assert 120 < int(str(verdict.photo["background"])) < 136

    scan = io.BytesIO()
    page().rotate(90, expand=True).save(scan, "PNG")
    assert [hint["code"] for hint in inspect_file(scan, "scan.png").hints] == ["sideways"]


def test_a_photo_turned_by_its_tag_is_judged_as_it_is_seen() -> None:
    file, lying, exif = io.BytesIO(), page().rotate(90, expand=True), Image.Exif()
    exif[0x0112] = 6  # turn it clockwise to see it
    lying.save(file, "JPEG", exif=exif)
    verdict = inspect_file(file, "phone.jpg")
    assert verdict.hints == ()
    assert (verdict.photo["width"], verdict.photo["height"]) == (1000, 1414)


@pytest.mark.parametrize(
    "said",
    [
        None, "dark", [None], [{"code": "dark"}], [{"code": "<b>", "page": 1}], [{"code": "dark", "page": True}],
        [{"code": "dark", "page": 0}], [{"code": "dark", "page": 10**9}],
    ],
)  # fmt: skip
def test_what_a_child_says_out_of_turn_is_dropped(said: object) -> None:
    assert plain_hints(said) == []


def test_only_known_numbers_of_a_hint_are_kept() -> None:
    said = [{"code": "cropped", "page": 1, "edges": ["top", "<b>"], "ratio": "<b>", "note": "x"}] * 100
    kept = plain_hints(said)
    assert kept[0] == {"code": "cropped", "page": 1, "edges": ["top"]}
    assert len(kept) == 40


def test_a_photo_with_a_number_that_is_none_is_not_a_photo() -> None:
    good = measured(portrait(), (420, 560))
    assert plain_photo(good) == good
    for name in good:
        assert plain_photo({**good, name: "<b>"}) == {}
        assert plain_photo({**good, name: float("nan")}) == {}
