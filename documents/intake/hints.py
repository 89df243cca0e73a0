"""What makes a page hard to read, measured. Nothing here refuses a file. Needs Pillow alone; runs in the child.

A picture is looked at in grey at one size, so that the limits below mean the same for a phone's photo and a scan.
What cannot be measured is not guessed: whether a page stands on its head is not among the hints.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

Hint = dict[str, object]

LOOKED_AT = 1000  # pixels along the longer side
SMALL = 600  # a picture smaller than this says little about the page

DARK = 110  # lightness, 0 to 255, that nine tenths of the page stay below
BLANK_INK = 0.0006  # share of the page that differs from its paper
SHARP = 0.16  # the steepest edges of a sharp page, as a share of its contrast
SIDEWAYS = 1.9  # how much more the columns alternate than the rows
CUT_RUNS = 6  # strokes that run into one edge of the page
PAPER = 170  # an edge lighter than this is paper, and not the table it lies on

_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def hints_of(image: Image.Image) -> list[Hint]:
    """Codes with what was measured; empty for a good page. Give it upright, as it is shown; it stays as it is."""
    grey = as_looked_at(image)
    light, paper, ink = _levels(grey)
    if light < DARK:
        return [{"code": "dark", "lightness": light}]  # too little light to tell anything else
    share = _ink_share(grey, paper)
    if share < BLANK_INK:
        return [{"code": "blank", "ink": round(share * 100, 3)}]
    found: list[Hint] = []
    if max(grey.size) >= SMALL and (sharpness := _sharpness(grey, paper - ink)) < SHARP:
        found.append({"code": "blurred", "sharpness": round(sharpness, 3)})
    if (turned := _columns_over_rows(grey)) > SIDEWAYS:
        found.append({"code": "sideways", "ratio": round(turned, 1)})
    if edges := _cut_edges(grey):
        found.append({"code": "cropped", "edges": edges})
    return found


def as_looked_at(image: Image.Image) -> Image.Image:
    """On white paper, grey, no larger than needed."""
    small = image.convert("RGBA" if "transparency" in image.info else "RGB") if image.mode in ("1", "P") else image
    if (times := max(small.size) // LOOKED_AT) > 1:
        small = small.reduce(times)
    if "A" in small.getbands():
        paper = Image.new("RGBA", small.size, "white")
        paper.alpha_composite(small.convert("RGBA"))
        small = paper
    grey = small.convert("RGB").convert("L")
    grey.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX)
    return grey


def _levels(grey: Image.Image) -> tuple[int, int, int]:
    """Lightness that nine tenths lie below, that of the paper (97 of 100), and that of the darkest ink."""
    counts = grey.histogram()
    return _percentile(counts, 0.9), _percentile(counts, 0.97), _percentile(counts, 0.005)


def _percentile(counts: list[int], share: float) -> int:
    wanted, seen = sum(counts) * share, 0
    for level, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return level
    return 255


def _ink_share(grey: Image.Image, paper: int) -> float:
    inner = ImageOps.crop(grey, border=round(min(grey.size) * 0.04))
    counts = inner.histogram()
    return sum(counts[: max(paper - 48, 0)]) / max(sum(counts), 1)


def _sharpness(grey: Image.Image, contrast: int) -> float:
    """Of the steepest thousandth of the page: a sharp stroke changes from ink to paper within a pixel or two."""
    edges = ImageOps.crop(grey.filter(_LAPLACE), border=2)
    above = ImageChops.difference(edges, Image.new("L", edges.size, 128)).histogram()
    return _percentile(above, 0.998) / max(contrast, 40)


def _columns_over_rows(grey: Image.Image) -> float:
    """Lines of print make rows alternate between ink and paper; on a page that lies on its side, columns do."""
    inner = ImageOps.crop(grey, border=round(min(grey.size) * 0.08))
    width, height = inner.size
    if width < 80 or height < 80:
        return 1.0
    rows = _alternation(inner.resize((1, height), Image.Resampling.BOX))
    columns = _alternation(inner.resize((width, 1), Image.Resampling.BOX))
    if max(rows, columns) < 2.0:  # a portrait, or next to nothing on the page
        return 1.0
    return columns / max(rows, 0.3)


def _alternation(profile: Image.Image) -> float:
    """How strongly neighbours differ, without the slow change of light across a page."""
    levels = list(profile.tobytes())
    rest = []
    for place, level in enumerate(levels):
        near = levels[max(place - 12, 0) : place + 13]
        rest.append(level - sum(near) / len(near))
    return (sum(value * value for value in rest) / len(rest)) ** 0.5


def _cut_edges(grey: Image.Image) -> list[str]:
    width, height = grey.size
    deep = 3
    strips = {
        "top": grey.crop((0, 0, width, deep)).resize((width, 1), Image.Resampling.BOX),
        "bottom": grey.crop((0, height - deep, width, height)).resize((width, 1), Image.Resampling.BOX),
        "left": grey.crop((0, 0, deep, height)).resize((1, height), Image.Resampling.BOX),
        "right": grey.crop((width - deep, 0, width, height)).resize((1, height), Image.Resampling.BOX),
    }
    return [edge for edge, strip in strips.items() if _runs_of_ink(strip) >= CUT_RUNS]


def _runs_of_ink(strip: Image.Image) -> int:
    if ImageStat.Stat(strip).median[0] < PAPER:
        return 0
    dark = [level < 110 for level in strip.tobytes()]
    return sum(1 for before, now in zip([False, *dark], dark, strict=False) if now and not before)
