"""What of the rules for visa photos can be measured without knowing where the face is. Needs Pillow alone.

`measured` runs in the child and gives plain numbers. Judging them is for documents.photo_rules, outside of it.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageStat

Numbers = dict[str, object]

_FRAME = 0.012  # of the shorter side: where a printed border would lie


def measured(image: Image.Image, size: tuple[int, int]) -> Numbers:
    """Of an upright picture, which may have been decoded smaller than its own `size`."""
    small = image.copy()
    small.thumbnail((420, 560))
    small = small.convert("RGB")
    background = _background(small)
    channels = ImageStat.Stat(background)
    grey = ImageStat.Stat(background.convert("L"))
    return {
        "width": size[0],
        "height": size[1],
        "mode": image.mode,
        "background": round(grey.mean[0]),
        "background_tint": round(max(channels.mean) - min(channels.mean)),
        "background_spread": round(grey.stddev[0], 1),
        "colour": round(_colour(small), 1),
        "border": _has_border(small),
    }


def _background(small: Image.Image) -> Image.Image:
    """Beside and above the head: the upper corners, which no head of the right size reaches."""
    width, height = small.size
    if width < 12 or height < 12:
        return small
    inset, side, low = max(round(width * 0.03), 1), max(round(width * 0.14), 2), max(round(height * 0.3), 2)
    left = small.crop((inset, inset, inset + side, low))
    right = small.crop((width - inset - side, inset, width - inset, low))
    both = Image.new("RGB", (left.width + right.width, left.height))
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both


def _colour(small: Image.Image) -> float:
    """How far the three channels lie apart in the middle of the picture; next to nothing in a grey one."""
    width, height = small.size
    middle = small.crop((width // 4, height // 4, width - width // 4, height - height // 8))
    red, green, blue = middle.split()
    brightest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return float(ImageStat.Stat(ImageChops.subtract(brightest, darkest)).mean[0])


def _has_border(small: Image.Image) -> bool:
    """A frame of one lightness on at least three sides that differs from what lies just inside it."""
    width, height = small.size
    if width < 40 or height < 40:
        return False
    thick = max(round(min(width, height) * _FRAME), 2)
    grey = small.convert("L")
    sides = (
        ((0, 0, width, thick), (0, 3 * thick, width, 4 * thick)),
        ((0, 0, thick, height), (3 * thick, 0, 4 * thick, height)),
        ((width - thick, 0, width, height), (width - 4 * thick, 0, width - 3 * thick, height)),
        ((0, height - thick, width, height), (0, height - 4 * thick, width, height - 3 * thick)),
    )
    framed = 0
    for outer, inner in sides:
        frame, within = ImageStat.Stat(grey.crop(outer)), ImageStat.Stat(grey.crop(inner))
        framed += frame.stddev[0] < 14 and abs(frame.median[0] - within.median[0]) > 40
    return framed >= 3
