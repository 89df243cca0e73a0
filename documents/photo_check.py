"""A digital photo against the limits its requirement names: each with what was measured, and the cure.

Sizes are data of the route. What only an eye can judge (size and pose of the head) is named as that.
"""

from collections.abc import Iterator, Mapping

from cases.routes.schema import PhotoLimits
from documents.hint import BLURRED, Hint
from documents.intake.verdicts import Text
from documents.models import Document

# "White or near-white" and "colour" of the Hong Kong office, put into figures; ours, since no office names any.
_NEAR_WHITE, _EVEN, _GREY = 215, 14, 4


def hints_of_photo(document: Document, limits: PhotoLimits) -> Iterator[Hint]:
    measures = document.measures
    if document.kind != "jpeg" or "width" not in measures:
        yield Hint(
            "photo_type",
            "look" if document.kind != "jpeg" else "cannot_tell",
            Text("Only the photo itself, as a JPEG, can be measured. Send the JPEG file.",
                 "只有JPEG格式的照片原件才能检测。请上传JPEG文件。"),
        )  # fmt: skip
        return
    yield _within("photo_width", int(measures["width"]), limits.width, Text("Width", "宽度"), Text("pixels", "像素"))
    yield _within(
        "photo_height", int(measures["height"]), limits.height, Text("Height", "高度"), Text("pixels", "像素")
    )
    size = round(document.size / 1024)
    yield _within("photo_kilobytes", size, limits.kilobytes, Text("File size", "文件大小"), Text.same("KB"))
    yield _colour(measures)
    yield _backdrop(measures)
    yield _sharpness(measures)
    yield Hint(
        "photo_head",
        "cannot_tell",
        Text("Size and pose of the head are not measured: compare them with the rules by eye.",
             "头部大小和姿态无法自动检测，请对照要求目测。"),
    )  # fmt: skip


def _within(code: str, found: int, limits: tuple[int, int], what: Text, unit: Text) -> Hint:
    least, most = limits
    if least <= found <= most:
        return Hint(code, "good", Text(f"{what.en}: {found} {unit.en}, within {least} to {most}.",
                                          f"{what.zh}：{found}{unit.zh}，符合{least}至{most}的范围。"))  # fmt: skip
    cure = _CURES[code][found > most]
    return Hint(code, "look", Text(f"{what.en}: {found} {unit.en}; {least} to {most} are asked for. {cure.en}",
                                      f"{what.zh}：{found}{unit.zh}，应为{least}至{most}。{cure.zh}"))  # fmt: skip


_LARGER = Text(
    "Have it taken or exported larger; enlarging it makes it blurred.", "请重新拍摄或以更大尺寸导出；直接放大会变模糊。"
)
_SMALLER = Text("Make it smaller, or ask the studio for this size.", "请缩小图片，或请照相馆按此尺寸提供。")
_CURES: Mapping[str, tuple[Text, Text]] = {
    "photo_width": (_LARGER, _SMALLER),
    "photo_height": (_LARGER, _SMALLER),
    "photo_kilobytes": (
        Text("Export it with a higher quality.", "请以更高的画质导出。"),
        Text("Export it with a lower quality.", "请降低画质后导出。"),
    ),
}


def _colour(measures: Mapping[str, float]) -> Hint:
    is_colour = measures["colour"] >= _GREY
    return Hint(
        "photo_colour",
        "good" if is_colour else "look",
        Text("In colour.", "为彩色照片。")
        if is_colour
        else Text(
            "It seems to be black and white. A photo in colour is asked for.", "似乎是黑白照片，应提供彩色照片。"
        ),
    )


def _backdrop(measures: Mapping[str, float]) -> Hint:
    light = round(measures["backdrop"] / 255 * 100)
    if measures["backdrop"] >= _NEAR_WHITE and measures["backdrop_spread"] <= _EVEN:
        return Hint("photo_backdrop", "good", Text(f"Background: even and {light}% of white.",
                                                      f"背景均匀，亮度为白色的{light}%。"))  # fmt: skip
    if measures["backdrop"] >= _NEAR_WHITE:
        told = Text("The background is light but not even: there may be a shadow, a pattern or a border.",
                    "背景较亮但不均匀，可能有阴影、图案或边框。")  # fmt: skip
    else:
        told = Text(f"The background is {light}% of white, which is too dark or coloured.",
                    f"背景亮度仅为白色的{light}%，偏暗或带有颜色。")  # fmt: skip
    return Hint(
        "photo_backdrop",
        "look",
        Text(f"{told.en} Stand before a white wall with light on it.", f"{told.zh}请在光线充足的白墙前拍摄。"),
    )


def _sharpness(measures: Mapping[str, float]) -> Hint:
    if measures["sharpness"] < BLURRED:
        return Hint("photo_sharpness", "look", Text("The face looks blurred. Have it taken again.",
                                                       "照片可能模糊，请重新拍摄。"))  # fmt: skip
    return Hint("photo_sharpness", "good", Text("Sharp.", "清晰。"))
