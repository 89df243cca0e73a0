"""The letters of the page stamps: one embedded face, and how wide each letter is."""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from documents.packets.face import CUT, packet_fonts
from documents.packets.fonts import FACE, check_letters
from documents.packets.render import closed_fetcher

# What nearly every packet is stamped with, so that one subset serves them all.
USUAL = "".join(map(chr, range(0x20, 0x7F))) + "附件第页，共"
_MAPPING = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")


@dataclass(frozen=True, slots=True)
class Glyph:
    face: str
    code: str
    width: float  # in thousandths of the size


@dataclass(frozen=True, slots=True)
class Lettering:
    faces: Any  # the font dictionaries, in the packet
    glyphs: dict[str, Glyph]

    def width(self, text: str, size: float) -> float:
        return sum(self.glyphs[character].width for character in text) * size / 1000

    def show(self, text: str, size: float) -> str:
        """The operators that set the text, changing the face where a letter needs another one."""
        operators, face, codes = [], "", ""
        for character in text:
            glyph = self.glyphs[character]
            if glyph.face != face:
                if codes:
                    operators.append(f"<{codes}> Tj")
                face, codes = glyph.face, ""
                operators.append(f"{face} {size:.3f} Tf")
            codes += glyph.code
        return " ".join([*operators, f"<{codes}> Tj"])


@cache
def subset_of(more: str) -> bytes:
    """A page with the face subset to the usual letters and some more: WeasyPrint takes 130 ms for it."""
    import weasyprint

    characters = sorted(set(USUAL + more))
    check_letters(characters)
    # Apart from each other, so that no two letters become one glyph; a space alone would vanish.
    cells = "".join(f"<b>{escape(character) if character != ' ' else '0 0'}</b>" for character in characters)
    style = (
        f'b{{display:inline-block;white-space:pre;font:10pt "{CUT}","{FACE}",sans-serif;'
        "font-variant-ligatures:none;font-kerning:none}"
    )
    html = f'<html lang="zh-Hans"><style>{style}</style>{cells}</html>'
    page: bytes = weasyprint.HTML(string=html, url_fetcher=closed_fetcher()).write_pdf(
        pdf_identifier=b"relo-packet-letters", font_config=packet_fonts()
    )
    return page


def letter(pdf: Any, texts: Iterable[str]) -> Lettering:
    """The face is subset once for all letters in use, since laying out every stamp takes 5 ms a page."""
    import pikepdf

    characters = set("".join(texts))
    page = subset_of("".join(sorted(characters - set(USUAL))))
    glyphs: dict[str, Glyph] = {}
    faces = pikepdf.Dictionary()
    with pikepdf.open(io.BytesIO(page)) as source:
        fonts = source.pages[0].Resources.Font
        for number, name in enumerate(sorted(fonts.keys())):
            face = f"/Letters{number}"
            set_apart(fonts[name], "STAMPS")
            faces[face] = pdf.copy_foreign(source.make_indirect(fonts[name]))
            widths = _widths(fonts[name].DescendantFonts[0])
            for code, unicode in _MAPPING.findall(bytes(fonts[name].ToUnicode.read_bytes())):
                character = bytes.fromhex(unicode.decode("ascii")).decode("utf-16-be")
                glyph = Glyph(face, code.decode("ascii"), widths.get(int(code, 16), 1000.0))
                glyphs.setdefault(character, glyph)
    missing = characters - glyphs.keys()
    if missing:
        raise RuntimeError(f"no glyph for {sorted(missing)}")
    return Lettering(pdf.make_indirect(faces), glyphs)


def set_apart(font: Any, tag: str) -> None:
    """WeasyPrint gives every subset of a face one name, and printers that keep fonts by name would mix them up.

    `tag`: six capitals, ISO 32000-1, 9.6.4.
    """
    import pikepdf

    faces = [font, *font.get("/DescendantFonts", [])]
    name = pikepdf.Name(f"/{tag}+" + str(font.BaseFont).partition("+")[2])
    for face in faces:
        face.BaseFont = name
        if "/FontDescriptor" in face:
            face.FontDescriptor.FontName = name


def _widths(descendant: Any) -> dict[int, float]:
    """/W in the form WeasyPrint writes: first code, then the widths from there on."""
    widths: dict[int, float] = {}
    entries = list(descendant.W)
    for first, run in zip(entries[::2], entries[1::2], strict=True):
        for offset, width in enumerate(run):
            widths[int(first) + offset] = float(width)
    return widths
