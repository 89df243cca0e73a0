"""The packet's face, cut to the usual characters: the whole has 65,000 glyphs, and every build would read them.

Whatever process lays out makes the cut first, always the same, and refuses to go on without: the cut and the whole of
the face look alike, but another one of them is another file.
"""

import atexit
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from documents.packets.fonts import FACE, covered

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

CUT = f"{FACE} Usual"  # the style sheet names it before the whole, which has the other characters


@cache
def packet_fonts() -> "FontConfiguration":
    """This machine's fonts and the cut, for all that the process lays out: what Pango has read once stays read."""
    from weasyprint import CSS, URLFetcher
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcherResponse

    covered()
    fonts = FontConfiguration()
    cut = _cut(fonts)

    class CutFetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            return URLFetcherResponse(url, cut)

    CSS(
        string=f'@font-face {{ font-family: "{CUT}"; src: url("made:cut") }}',
        url_fetcher=CutFetcher(),
        font_config=fonts,
    )
    _load(fonts, CUT)  # WeasyPrint would go on without
    atexit.register(packet_fonts.cache_clear)  # with them goes the folder WeasyPrint keeps the cut in
    return fonts


def usual_characters() -> list[int]:
    """The Chinese ones of GB 2312, and all that are not Chinese: letters are kerned within one face only."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    chinese = {ord(character) for pair in pairs for character in pair.decode("gb2312", "ignore")}
    return sorted(chinese.union(range(0x20, 0x3400), range(0xFB00, 0xFFF0)))


def _cut(fonts: "FontConfiguration") -> bytes:
    """By harfbuzz, as WeasyPrint cuts what it embeds, but with what layout needs. fontTools would take ten seconds."""
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables.DefaultTable import DefaultTable
    from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
    from weasyprint.text.fonts import get_hb_object_data, get_pango_font_hb_face

    whole = get_pango_font_hb_face(_load(fonts, FACE))
    asked = ffi.gc(harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy)
    wanted = harfbuzz_subset.hb_subset_input_set(asked, harfbuzz_subset.HB_SUBSET_SETS_UNICODE)
    characters = usual_characters()
    harfbuzz.hb_set_add_sorted_array(wanted, ffi.new("hb_codepoint_t[]", characters), len(characters))
    made = harfbuzz_subset.hb_subset_or_fail(whole, asked)
    if made == ffi.NULL:
        raise RuntimeError(f"harfbuzz could not cut {FACE}")
    font = TTFont(BytesIO(get_hb_object_data(ffi.gc(made, harfbuzz.hb_face_destroy))), recalcTimestamp=False)
    # harfbuzz leaves the baselines out, by which Pango sets a line that begins in another face.
    font["BASE"] = DefaultTable("BASE")
    font["BASE"].data = _table(whole, b"BASE")
    data = BytesIO()
    font.save(data, reorderTables=None)  # their order is of no use to anybody here
    return data.getvalue()


def _table(face: Any, tag: bytes) -> bytes:
    from weasyprint.text.ffi import ffi, harfbuzz

    blob = harfbuzz.hb_face_reference_table(face, harfbuzz.hb_tag_from_string(tag, len(tag)))
    blob = ffi.gc(blob, harfbuzz.hb_blob_destroy)
    return bytes(ffi.buffer(harfbuzz.hb_blob_get_data(blob, ffi.NULL), harfbuzz.hb_blob_get_length(blob)))


def _load(fonts: "FontConfiguration", family: str) -> Any:
    """The family's font; refuses another in its place."""
    from weasyprint.text.ffi import ffi, gobject, pango

    asked = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
    pango.pango_font_description_set_family(asked, family.encode())
    pango.pango_font_description_set_absolute_size(asked, 10 * 1024)
    context = ffi.gc(pango.pango_font_map_create_context(fonts.font_map), gobject.g_object_unref)
    font = ffi.gc(pango.pango_font_map_load_font(fonts.font_map, context, asked), gobject.g_object_unref)
    found = ffi.gc(pango.pango_font_describe_with_absolute_size(font), pango.pango_font_description_free)
    name = ffi.string(pango.pango_font_description_get_family(found)).decode()
    if name != family:
        raise RuntimeError(f"{name} in the place of {family}")
    return font
