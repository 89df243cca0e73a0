"""What is noted about a picture beside its verdict. `noted` runs in the child; the others look at what the child says.

A picture that cannot be noted is a picture without notes: nothing here refuses a file.
"""

from __future__ import annotations

from collections.abc import Mapping

from PIL import Image

from documents.intake.hints import Hint, hints_of
from documents.intake.photo import Numbers, measured
from documents.intake.verdicts import MAX_PAGES, MAX_PIXELS

MOST_HINTS = 40
_MOST_SAMPLES = 120_000_000  # pixels times channels: turning and shrinking makes a copy, and memory is limited
_LARGEST_PHOTO = 4_000_000  # pixels as decoded: a visa photo is far smaller
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CODES = ("dark", "blank", "blurred", "sideways", "cropped")
_NUMBERS = ("lightness", "ink", "sharpness", "ratio")
_EDGES = ("top", "bottom", "left", "right")
_PHOTO_NUMBERS = ("width", "height", "background", "background_tint", "background_spread", "colour")
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "I;16")


def noted(image: Image.Image, size: tuple[int, int], orientation: int = 1) -> dict[str, object]:
    """Of a decoded picture; `size` is its own, before it was decoded smaller."""
    if image.width * image.height * len(image.getbands()) > _MOST_SAMPLES:
        return {}
    upright = image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
    found: dict[str, object] = {"hints": [{"page": 1, **hint} for hint in hints_of(upright)]}
    if upright.width * upright.height <= _LARGEST_PHOTO:
        found["photo"] = measured(upright, size if orientation < 5 else (size[1], size[0]))
    return found


def plain_hints(said: object) -> list[Hint]:
    """What is left of an answer of the child once everything that is not as agreed is dropped."""
    kept: list[Hint] = []
    for one in said[:MOST_HINTS] if isinstance(said, list) else ():
        if not isinstance(one, dict) or one.get("code") not in _CODES or not _is_count(one.get("page"), MAX_PAGES):
            continue
        hint: Hint = {"page": one["page"], "code": one["code"]}
        hint.update({name: one[name] for name in _NUMBERS if _is_number(one.get(name), 100_000)})
        if isinstance(one.get("edges"), list):
            hint["edges"] = [edge for edge in _EDGES if edge in one["edges"]]
        kept.append(hint)
    return kept


def plain_photo(said: object) -> Numbers:
    if not isinstance(said, Mapping) or said.get("mode") not in _MODES or not isinstance(said.get("border"), bool):
        return {}
    if not all(_is_number(said.get(name), MAX_PIXELS) for name in _PHOTO_NUMBERS):
        return {}
    return {name: said[name] for name in (*_PHOTO_NUMBERS, "mode", "border")}


def _is_count(value: object, most: int) -> bool:
    return type(value) is int and 0 < value <= most


def _is_number(value: object, most: int) -> bool:
    return type(value) in (int, float) and 0 <= value <= most  # type: ignore[operator]  # and no NaN passes
