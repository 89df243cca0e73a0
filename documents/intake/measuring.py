"""Measures a picture, so that somebody can be told what may be wrong with it. Runs only in the throw-away child.

It measures and judges nothing: `documents/hints.py` and `documents/photo_check.py` say what the figures mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageStat

SIDE = 700  # every picture is measured at this longest side, so that figures of large and small ones compare
_INK = 60  # steps of grey by which ink differs from the paper around it
# The middle of the whole minus the mean of its neighbours: large where things are sharp.
_LAPLACIAN = ImageFilter.Kernel((3, 3), (-1, -1, -1, -1, 8, -1, -1, -1, -1), scale=1, offset=128)


def measured(image: Image.Image) -> Mapping[str, float]:
    """The figures of `figures.MEASURES`: lightness and its spread in steps of 255, shares from 0 to 1."""
    small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    grey = small.convert("L")
    paper = _median(grey)
    ink = ImageChops.difference(grey, Image.new("L", grey.size, paper)).point(lambda step: 255 if step > _INK else 0)
    across, down = _changes(grey.resize((1, grey.height))), _changes(grey.resize((grey.width, 1)))
    figures = {
        "lightness": ImageStat.Stat(grey).mean[0],
        "spread": ImageStat.Stat(grey).stddev[0],
        "sharpness": ImageStat.Stat(grey.filter(_LAPLACIAN)).stddev[0],
        "ink": _share(ink),
        "lines_across": across,
        "lines_down": down,
        **_cut_off(ink),
        "colour": ImageStat.Stat(small.convert("HSV").getchannel("S")).mean[0],
        **_backdrop(small),
    }
    return {name: round(value, 4) for name, value in figures.items()}


def _median(grey: Image.Image) -> int:
    return int(ImageStat.Stat(grey).median[0])


def _share(ink: Image.Image) -> float:
    return ImageStat.Stat(ink).mean[0] / 255


def _changes(profile: Image.Image) -> float:
    """How much a row, or column, of mean greys differs from the next one: lines of text make it large."""
    greys = list(profile.tobytes())
    return sum(abs(one - other) for one, other in pairwise(greys)) / max(len(greys) - 1, 1)


def _cut_off(ink: Image.Image) -> dict[str, float]:
    """The share of ink on the outermost hundredth of each side: what runs on beyond the edge."""
    width, height = ink.size
    rim = max(min(width, height) // 100, 1)
    sides = {
        "cut_left": (0, 0, rim, height),
        "cut_top": (0, 0, width, rim),
        "cut_right": (width - rim, 0, width, height),
        "cut_bottom": (0, height - rim, width, height),
    }
    return {name: _share(ink.crop(box)) for name, box in sides.items()}


def _backdrop(image: Image.Image) -> dict[str, float]:
    """Behind a head: the upper corners, where neither hair nor shoulders are. The darkest channel tells a tint."""
    width, height = image.size
    corner = (max(width // 8, 1), max(height // 4, 1))
    corners = Image.new("RGB", (corner[0] * 2, corner[1]))
    corners.paste(image.crop((0, 0, *corner)), (0, 0))
    corners.paste(image.crop((width - corner[0], 0, width, corner[1])), (corner[0], 0))
    red, green, blue = corners.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return {
        "backdrop": ImageStat.Stat(darkest).mean[0],
        "backdrop_spread": ImageStat.Stat(corners.convert("L")).stddev[0],
    }
