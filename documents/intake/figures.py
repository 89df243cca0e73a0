"""What is measured of a page: the names of the figures, and whether an answer holds such."""

from __future__ import annotations

import math
from collections.abc import Mapping

MEASURES = (
    "lightness", "spread", "sharpness", "ink", "lines_across", "lines_down", "cut_left", "cut_top", "cut_right",
    "cut_bottom", "colour", "backdrop", "backdrop_spread",
)  # fmt: skip


def figures_of(answer: object) -> dict[str, float]:
    """All of them or none: who measured may have been taken over by what it measured."""
    if not isinstance(answer, Mapping):
        return {}
    told = {name: answer.get(name) for name in MEASURES}
    figures = {name: float(one) for name, one in told.items() if isinstance(one, int | float)}
    is_whole = len(figures) == len(MEASURES) and all(math.isfinite(one) and 0 <= one < 1000 for one in figures.values())
    return figures if is_whole else {}
