"""What may be wrong with a page, by what was measured of it: in words with a cure, and never in the way."""

from collections.abc import Iterator, Mapping

from cases.routes.schema import Requirement
from documents.hint import BLURRED, Hint
from documents.intake.verdicts import Text
from documents.models import Document
from documents.photo_check import hints_of_photo

_DARK, _EVEN = 80, 6  # lightness and spread below which a page is dark, or of one grey
_EMPTY = 0.0005  # the share of ink
_LIGHT_PAPER, _TEXT = 150, 0.2  # a page of writing: light, with no more ink than this
_TURNED = 1.25  # how much more changes from column to column than from row to row
_RUNS_ON = 0.012

_SIDES = {
    "cut_left": Text("left", "左侧"),
    "cut_top": Text("top", "上方"),
    "cut_right": Text("right", "右侧"),
    "cut_bottom": Text("bottom", "下方"),
}
_WORDS = {
    "dark": Text(
        "This page is very dark. Take it again in daylight or near a lamp.", "页面过暗。请在日光下或灯光旁重新拍摄。"
    ),
    "blank": Text(
        "The first page seems to be empty. Check that you sent the right side of the paper.",
        "首页似乎是空白页。请确认所传为有内容的一面。",
    ),
    "blurred": Text(
        "The writing looks blurred. Hold the phone still until the picture is sharp, or scan the paper.",
        "文字可能模糊。请拿稳手机、对焦清晰后再拍，或使用扫描仪。",
    ),
    "sideways": Text(
        "The page seems to lie on its side. If it is hard to read, turn it and send it again.",
        "页面可能是横放的。若不便阅读，请旋转后重新上传。",
    ),
    "cut_off": Text(
        "Something runs on beyond the edge ({sides}). Check that all of the paper is in the picture.",
        "内容可能超出画面（{sides}）。请确认整份文件均在画面内。",
    ),
}


def hints_of(document: Document, requirement: Requirement) -> list[Hint]:
    """Of the first page; nothing where nothing was measured, and nothing where all seems well."""
    if requirement.photo is not None:
        return list(hints_of_photo(document, requirement.photo))
    return list(_of_page(document.measures)) if document.measures else []


def _of_page(measures: Mapping[str, float]) -> Iterator[Hint]:
    light, ink = measures["lightness"], measures["ink"]
    if light < _DARK:
        yield _look("dark")
        return  # nothing else can be told of it
    if ink < _EMPTY and measures["spread"] < _EVEN:
        yield _look("blank")
        return
    if measures["sharpness"] < BLURRED:
        yield _look("blurred")
    if light < _LIGHT_PAPER or ink > _TEXT:
        return  # a photograph of something; its edges and lines mean nothing
    if measures["lines_down"] > _TURNED * max(measures["lines_across"], 0.5):
        yield _look("sideways")
    cut = [name for side, name in _SIDES.items() if measures[side] > _RUNS_ON]
    if 0 < len(cut) < 3:  # a frame touches every side, and a cut seldom more than two
        yield Hint("cut_off", "look", _WORDS["cut_off"].filled({"sides": Text.listing(cut)}))


def _look(code: str) -> Hint:
    return Hint(code, "look", _WORDS[code])
