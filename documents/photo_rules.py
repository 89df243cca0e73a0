"""The rules for digital visa photos, against what was measured: for each its figure, and the cure where it fails.

Pixels and file size are as three private sites agree; background, border and colour are official. Where the face
stands is not measured, and that is said: it is a person who looks at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from documents.intake.verdicts import Text

Outcome = Literal["pass", "warn", "fail", "cannot_tell"]

WIDTH, HEIGHT = (354, 420), (472, 560)
KILOBYTES = (40, 120)
WHITE, NEARLY_WHITE = 235, 215  # lightness of the background, 0 to 255
MOST_TINT, MOST_SPREAD, LEAST_COLOUR = 18, 14.0, 6.0


@dataclass(frozen=True, slots=True)
class Check:
    code: str
    outcome: Outcome
    name: Text
    found: Text
    wanted: Text
    cure: Text | None = None


def check_photo(measured: Mapping[str, object], *, kind: str, size: int) -> list[Check]:
    """The failed ones first. Empty where nothing was measured."""
    if not measured:
        return []
    checks = [
        _type(kind, str(measured.get("mode", ""))),
        _pixels(_int(measured, "width"), _int(measured, "height")),
        _bytes(size),
        _background(_int(measured, "background"), _int(measured, "background_tint")),
        _even(_float(measured, "background_spread")),
        _colour(str(measured.get("mode", "")), _float(measured, "colour")),
        _border(measured.get("border") is True),
        _FACE,
    ]
    order = ("fail", "warn", "cannot_tell", "pass")
    return sorted(checks, key=lambda check: order.index(check.outcome))


def _type(kind: str, mode: str) -> Check:
    return _check(
        "type", kind == "jpeg" and mode == "RGB",
        Text("File type", "文件格式"),
        Text.same(f"{kind.upper()}, {mode}"),
        Text("JPEG, 24-bit colour (RGB)", "JPEG，24位彩色（RGB）"),
        Text("Save the photo as JPEG in colour (RGB).", "请将照片另存为彩色（RGB）JPEG文件。"),
    )  # fmt: skip


def _pixels(width: int, height: int) -> Check:
    fits = WIDTH[0] <= width <= WIDTH[1] and HEIGHT[0] <= height <= HEIGHT[1]
    return _check(
        "pixels", fits,
        Text("Size in pixels", "像素尺寸"),
        Text.same(f"{width} × {height}"),
        Text("354 to 420 wide, 472 to 560 high", "宽354至420，高472至560"),
        _cure_of_pixels(width, height),
    )  # fmt: skip


def _cure_of_pixels(width: int, height: int) -> Text:
    if width < WIDTH[0] or height < HEIGHT[0]:
        return Text(
            "The photo has too few pixels, and enlarging does not help. Take it again, or send the larger original.",
            "照片像素不足，放大无济于事。请重新拍摄，或发送更大的原图。",
        )
    if abs(width / height - 3 / 4) > 0.02:
        return Text(
            "Cut it to the ratio 3:4 with the head in the middle, then make it 420 × 560 pixels.",
            "请将照片裁成3:4比例、头部居中，再缩小至420×560像素。",
        )
    return Text("Make it smaller: 420 × 560 pixels fit.", "请缩小照片：420×560像素即可。")


def _bytes(size: int) -> Check:
    kilobytes = size / 1024
    return _check(
        "file_size", KILOBYTES[0] <= kilobytes <= KILOBYTES[1],
        Text("File size", "文件大小"),
        Text.same(f"{kilobytes:.0f} KB"),
        Text("40 to 120 KB", "40至120 KB"),
        Text(
            "Save it as JPEG again at a lower quality, such as 85.", "请以较低质量（如85）重新保存为JPEG。"
        ) if kilobytes > KILOBYTES[1] else Text(
            "Save it again from the original at a higher quality: it was compressed too much.",
            "压缩过度，请用原图以较高质量重新保存。",
        ),
    )  # fmt: skip


def _background(lightness: int, tint: int) -> Check:
    share = round(lightness / 255 * 100)
    outcome: Outcome = "pass"
    if lightness < NEARLY_WHITE or tint > 2 * MOST_TINT:
        outcome = "fail"
    elif lightness < WHITE or tint > MOST_TINT:
        outcome = "warn"
    return Check(
        "background", outcome,
        Text("Background", "背景"),
        Text(f"{share}% of white, tint {tint}", f"白度{share}%，偏色{tint}"),
        Text("white or nearly white (92% and more, tint up to 18)", "白色或接近白色（白度92%以上，偏色不超过18）"),
        None if outcome == "pass" else Text(
            "Stand before a white wall in even daylight, a step away from it, and take the photo again.",
            "请在均匀日光下，站在白墙前一步处重新拍摄。",
        ),
    )  # fmt: skip


def _even(spread: float) -> Check:
    outcome: Outcome = "pass" if spread <= MOST_SPREAD else "warn"
    return Check(
        "background_even", outcome,
        Text("Even background", "背景均匀"),
        Text(f"varies by {spread:.1f}", f"明暗差异{spread:.1f}"),
        Text("up to 14, without shadows", "不超过14，无阴影"),
        None if outcome == "pass" else Text(
            "There is a shadow or a pattern beside the head. Step away from the wall and let light come from the front.",
            "头部旁有阴影或图案。请离墙稍远，并使光线来自正面。",
        ),
    )  # fmt: skip


def _colour(mode: str, colour: float) -> Check:
    return _check(
        "colour", mode not in ("1", "L", "LA", "I;16") and colour >= LEAST_COLOUR,
        Text("In colour", "彩色"),
        Text(f"colour {colour:.0f}", f"色彩{colour:.0f}"),
        Text("not grey (6 and more)", "非黑白（6以上）"),
        Text("Send a photo in colour, without a filter.", "请发送未加滤镜的彩色照片。"),
    )  # fmt: skip


def _border(border: bool) -> Check:
    return _check(
        "border", not border,
        Text("No border", "无边框"),
        Text("a frame around the picture", "图片四周有边框") if border else Text("none seen", "未见边框"),
        Text("no border", "无边框"),
        Text("Cut the frame off.", "请裁去边框。"),
    )  # fmt: skip


_FACE = Check(
    "face", "cannot_tell",
    Text("Head and pose", "头部与姿态"),
    Text("relo cannot tell", "系统无法判断"),
    Text(
        "head 28 to 33 of 48 mm high, facing the camera, mouth closed, ears visible",
        "头部高度占48毫米中的28至33毫米，正面免冠，嘴唇闭合，双耳可见",
    ),
    Text("Compare it yourself; your agency looks at it as well.", "请自行对照，机构也会查看。"),
)  # fmt: skip


def _check(code: str, is_right: bool, name: Text, found: Text, wanted: Text, cure: Text) -> Check:
    return Check(code, "pass" if is_right else "fail", name, found, wanted, None if is_right else cure)


def _int(measured: Mapping[str, object], name: str) -> int:
    value = measured.get(name)
    return value if isinstance(value, int) else 0


def _float(measured: Mapping[str, object], name: str) -> float:
    value = measured.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0
