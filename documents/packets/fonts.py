"""Whether this machine has the letters. A missing font prints boxes where a name should stand, and nobody is told."""

import subprocess
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from documents.packets.errors import PacketFailed
from documents.packets.text import Text

FACE = "Noto Sans CJK SC"


@cache
def covered() -> "tuple[array[int], array[int]]":
    """The first and the last code point of each run that the packet's own face has, in order; refuses where fontconfig
    would put another face in its place. As numbers in a set they would take 10 MB of every build."""
    try:
        answer = _fontconfig("fc-match", "--format=%{family}\n%{charset}", FACE)
    except OSError as error:
        raise _no_face() from error
    families, _, charset = answer.partition("\n")
    if FACE not in families.split(","):
        raise _no_face()
    ends = (run.partition("-") for run in charset.split())
    runs = sorted((int(first, 16), int(last or first, 16)) for first, _, last in ends)
    return array("L", (first for first, _ in runs)), array("L", (last for _, last in runs))


def _is_covered(character: str) -> bool:
    firsts, lasts = covered()
    run = bisect_right(firsts, ord(character)) - 1
    return run >= 0 and ord(character) <= lasts[run]


def beyond_face(text: str) -> frozenset[str]:
    """The characters that only another face of this machine could print."""
    return frozenset(c for c in set(text) if not _is_covered(c) and unicodedata.category(c) != "Cf")


def check_letters(texts: Iterable[str]) -> None:
    """Refuse what would come out as an empty box."""
    missing = sorted(c for c in beyond_face("".join(texts)) if not _known_elsewhere(c))
    if not missing:
        return
    shown = " ".join(f"{c} (U+{ord(c):04X})" for c in missing[:10])
    raise PacketFailed(
        "letters_missing",
        Text(
            f"No font on this server can print {shown}. Have a font with these characters installed on the server "
            "(fonts-noto-core covers most scripts), then build the packet again.",
            f"服务器上没有可显示 {shown} 的字体。请在服务器上安装包含这些字符的字体"
            "（fonts-noto-core 涵盖大多数文字），然后重新生成材料册。",
        ),
    )


@cache
def _known_elsewhere(character: str) -> bool:
    return bool(_fontconfig("fc-list", f":charset={ord(character):x}", "family").strip())


def _fontconfig(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout  # noqa: S603


def _no_face() -> PacketFailed:
    return PacketFailed(
        "font_missing",
        Text(
            f"The font “{FACE}” is not installed on this server, so Chinese could not be printed. "
            "Have the packages fontconfig and fonts-noto-cjk installed, then build the packet again.",
            f"服务器上未安装字体“{FACE}”，无法打印中文。"
            "请安装 fontconfig 和 fonts-noto-cjk 软件包，然后重新生成材料册。",
        ),
    )
