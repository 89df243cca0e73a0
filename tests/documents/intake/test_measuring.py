"""Figures of pages that were made for it, and what is said of them."""

import io
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from documents.hints import hints_of
from documents.intake.figures import MEASURES, figures_of
from documents.intake.inspect import inspect_file
from documents.intake.measuring import measured
from tests.documents.intake import made_files


def written_page(size: tuple[int, int] = (1240, 1754)) -> Image.Image:
    """A page of ragged lines with margins."""
    page = Image.new("RGB", size, (250, 249, 246))
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    chance = random.Random(4)  # noqa: S311 (for words, not for secrets)
    for line in range(40):
        words = " ".join("abcdefghijklmnopqrst"[: chance.randint(2, 9)] for _ in range(chance.randint(4, 12)))
        pen.text((120, 120 + line * 36), words, "black", font)
    pen.rectangle((size[0] - 120, 0, *size), page.getpixel((2, 2)))
    return page


def codes(image: Image.Image) -> list[str]:
    document: Any = SimpleNamespace(measures=measured(image))
    requirement: Any = SimpleNamespace(photo=None)
    return [hint.code for hint in hints_of(document, requirement)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda page: page, []),
        (lambda page: page.filter(ImageFilter.GaussianBlur(8)), ["blurred"]),
        (lambda page: page.point(lambda grey: grey * 0.2), ["dark"]),
        (lambda page: Image.new("RGB", page.size, (251, 251, 251)), ["blank"]),
        (lambda page: page.rotate(90, expand=True), ["sideways"]),
        (lambda page: page.crop((300, 0, *page.size)), ["cut_off"]),
        (lambda page: page.resize((310, 438)), []),
        (lambda page: page.convert("L"), []),
    ],
    ids=["good", "blurred", "dark", "blank", "sideways", "cut", "small", "grey"],
)
def test_a_page_is_told_what_may_be_wrong_with_it(change: Callable[[Image.Image], Image.Image], said: list[str]):
    assert codes(change(written_page())) == said


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3, 2), (5000, 40)])
def test_any_size_can_be_measured(size: tuple[int, int]):
    assert set(measured(Image.new("RGB", size, "white"))) == set(MEASURES)


def test_the_figures_of_a_picture_come_with_the_verdict():
    verdict = inspect_file(io.BytesIO(made_files.image("JPEG")), "x.jpg")

    assert set(figures_of(verdict.evidence["measures"])) == set(MEASURES)


@pytest.mark.parametrize("answer", [None, [], {"lightness": 3.0}, dict.fromkeys(MEASURES, "9")])
def test_an_answer_that_is_not_whole_tells_nothing(answer: object):
    assert figures_of(answer) == {}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 1e9])
def test_a_figure_that_cannot_be_is_none(value: float):
    assert figures_of(dict.fromkeys(MEASURES, 1.0) | {"ink": value}) == {}
