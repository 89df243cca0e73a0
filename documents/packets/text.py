"""Words of a packet: always in both languages, always safe to print."""

import unicodedata
from dataclasses import dataclass
from datetime import date

LONGEST = 240  # characters printed of one name; what is longer is a mistake or an attack

# They reorder the words around them: a file called "gpj.exe" could print as a photo.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Text:
    en: str
    zh: str

    def printable(self) -> "Text":
        return Text(printable(self.en), printable(self.zh))


def printable(text: str) -> str:
    """The same words on one line, without characters that cannot be printed or that reorder others."""
    kept = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character in BIDI_CONTROLS or category in ("Cs", "Co", "Cn") or character == "\ufeff":
            continue
        kept.append(" " if category in ("Cc", "Zl", "Zp") else character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def day(value: date) -> Text:
    return Text(
        en=f"{value.day} {MONTHS[value.month - 1]} {value.year}",
        zh=f"{value.year}年{value.month}月{value.day}日",
    )
