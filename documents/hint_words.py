"""Hints and the photo check, in words. None of them keeps a document from being sent, looked at or accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.routes.schema import Requirement
from documents.intake.verdicts import Text
from documents.models import Document
from documents.photo_rules import Check, check_photo
from relo.core.languages import in_language

HINTS: Mapping[str, Text] = {
    "dark": Text(
        "Page {page} is dark: nine tenths of it lie below {lightness} of 255. Take it again by a window, without flash.",
        "第{page}页过暗：九成画面亮度低于{lightness}（满值255）。请在窗边自然光下重新拍摄，勿用闪光灯。",
    ),
    "blank": Text(
        "Page {page} looks blank: {ink}% of it differs from the paper. Leave it out, or scan the other side.",
        "第{page}页似为空白：仅{ink}%有内容。请去掉该页，或扫描另一面。",
    ),
    "blurred": Text(
        "Page {page} looks blurred: sharpness {sharpness}, good from 0.16. Hold the phone still, tap on the text to"
        " focus, and take it again.",
        "第{page}页似乎模糊：清晰度{sharpness}，0.16以上为佳。请持稳手机、点按文字对焦后重新拍摄。",
    ),
    "sideways": Text(
        "Page {page} seems to lie on its side. Turn it before you send it.", "第{page}页似为横置，请旋转后再发送。"
    ),
    "cropped": Text(
        "Page {page} seems cut off ({edges}). Take it again so that all four edges can be seen.",
        "第{page}页似被裁切（{edges}）。请重新拍摄，使四边完整入镜。",
    ),
}
_EDGES: Mapping[str, Text] = {
    "top": Text("top", "上边"), "bottom": Text("bottom", "下边"), "left": Text("left", "左边"), "right": Text("right", "右边")
}  # fmt: skip
OUTCOMES: Mapping[str, Text] = {
    "pass": Text("fits", "符合"),
    "warn": Text("look again", "请再核对"),
    "fail": Text("does not fit", "不符合"),
    "cannot_tell": Text("for a person to see", "须人工查看"),
}
_PHOTO = ("visa_photo",)


@dataclass(frozen=True, slots=True)
class ShownCheck:
    outcome: str
    label: str
    name: str
    found: str
    wanted: str
    cure: str


def hint_texts(document: Document) -> list[tuple[dict[str, Any], Text]]:
    """With the stored numbers, for programs; what relo does not know any more is left out."""
    return [(hint, _filled(hint)) for hint in document.hints if hint.get("code") in HINTS]


def shown_hints(document: Document) -> list[str]:
    return [in_language(text) for _, text in hint_texts(document)]


def photo_checks(document: Document, requirement: Requirement) -> list[Check]:
    if requirement.checked_as not in _PHOTO:
        return []
    return check_photo(document.photo, kind=document.kind, size=document.size)


def shown_photo(document: Document, requirement: Requirement) -> list[ShownCheck]:
    return [
        ShownCheck(
            outcome=check.outcome,
            label=in_language(OUTCOMES[check.outcome]),
            name=in_language(check.name),
            found=in_language(check.found),
            wanted=in_language(check.wanted),
            cure=in_language(check.cure) if check.cure else "",
        )
        for check in photo_checks(document, requirement)
    ]


def _filled(hint: Mapping[str, Any]) -> Text:
    edges = Text.listing([_EDGES[edge] for edge in hint.get("edges", ()) if edge in _EDGES])
    numbers = ("page", "lightness", "ink", "sharpness", "ratio")
    values = {name: Text.same(hint.get(name, "–")) for name in numbers} | {"edges": edges}
    return HINTS[hint["code"]].filled(values)
