"""Reads the streams of a PDF within fixed amounts: what unpacks without end, or is cut short, is refused.

Runs only in the throw-away child.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from pikepdf import Array, Dictionary, Name, Object, Page, PdfError, Stream

from documents.intake.refused import Refused
from documents.intake.verdicts import MAX_PIXELS

MOST_FILTERS = 4
MOST_CONTENT_BYTES = 64 * 1024 * 1024
_MOST_CONTENT_IN_ALL = 256 * 1024 * 1024
_MOST_IMAGE_BYTES = MAX_PIXELS * 8
_MOST_IMAGES_CHECKED = 512 * 1024 * 1024
_MOST_DRAWS = 1_000_000
_DEEPEST_FORM = 50

_CHANNELS = {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}
_DRAW = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)[\x00\t\n\f\r ]+Do(?![\w.])")


@dataclass
class StreamReader:
    """Keeps count over one file, so that many small streams cannot add up to what one large one may not do."""

    content_bytes: int = 0
    image_bytes: int = 0
    draws: int = 0
    filters: set[str] = field(default_factory=set)
    _drawn: dict[tuple[object, ...], int] = field(default_factory=dict)

    def check(self, stream: Stream) -> None:
        """Look at one stream by its dictionary; unpack it only if it is an image whose end can be missed cheaply."""
        filters = _filters(stream)
        if len(filters) > MOST_FILTERS:
            raise Refused("pdf_too_complex", filters=len(filters))
        self.filters.update(filters)
        if stream.get("/Subtype") != Name.Image:
            return
        if _number(stream, "/Width") * _number(stream, "/Height") > MAX_PIXELS:
            raise Refused("too_many_pixels", width=_number(stream, "/Width"), height=_number(stream, "/Height"))
        if filters == ["/DCTDecode"]:
            if b"\xff\xd9" not in stream.read_raw_bytes()[-4096:]:
                raise Refused("pdf_damaged", image="cut short")
        elif filters == ["/FlateDecode"] and self.image_bytes < _MOST_IMAGES_CHECKED:
            self._inflate(stream)

    def count_draws(self, page: Page) -> None:
        """Refuse forms that draw forms that draw forms, until one page is more work than any machine can do."""
        content = page.obj.get("/Contents")
        parts = list(content) if isinstance(content, Array) else [content]
        data = b"\n".join(self._content(part) for part in parts if isinstance(part, Stream))
        resources = page.resources
        self.draws += self._draws(data, resources, resources, ())
        if self.draws > _MOST_DRAWS:
            raise Refused("pdf_too_complex", draws=self.draws if self.draws < 10**12 else "beyond counting")

    def _content(self, stream: Object) -> bytes:
        try:
            data = stream.read_bytes()
        except PdfError as fault:
            # qpdf has one class for both; the code is its own limit on unpacking.
            code = "pdf_too_complex" if "limit" in str(fault) else "pdf_damaged"
            raise Refused(code, content="unreadable") from fault
        self.content_bytes += len(data)
        if self.content_bytes > _MOST_CONTENT_IN_ALL:
            raise Refused("pdf_too_complex", content_bytes=self.content_bytes)
        return data

    def _draws(self, data: bytes, resources: Object, inherited: Object, above: tuple[object, ...]) -> int:
        counts: dict[bytes, int] = {}
        for name in _DRAW.findall(data):
            counts[name] = counts.get(name, 0) + 1
        if not counts:
            return 0
        things = resources.get("/XObject", Dictionary())
        total = 0
        for name, times in counts.items():
            drawn = things.get("/" + name.decode("latin-1")) if isinstance(things, Dictionary) else None
            if isinstance(drawn, Stream):
                total += times * (1 + self._draws_of_form(drawn, inherited, above))
        return total

    def _draws_of_form(self, form: Object, inherited: Object, above: tuple[object, ...]) -> int:
        if form.get("/Subtype") != Name.Form:
            return 0
        own = form.get("/Resources")
        # Viewers look names up on the page where a form has no resources of its own.
        key = (form.objgen, None if isinstance(own, Dictionary) else id(inherited))
        if key in above or len(above) > _DEEPEST_FORM:
            raise Refused("pdf_too_complex", forms="nested without end")
        if key not in self._drawn:
            resources = own if isinstance(own, Dictionary) else inherited
            self._drawn[key] = self._draws(self._content(form), resources, inherited, (*above, key))
        return self._drawn[key]

    def _inflate(self, stream: Stream) -> None:
        unpack, size = zlib.decompressobj(), 0
        packed = stream.read_raw_bytes()
        try:
            while packed and not unpack.eof:
                size += len(unpack.decompress(packed, 1 << 20))
                packed = unpack.unconsumed_tail
                if size > _MOST_IMAGE_BYTES:
                    raise Refused("pdf_too_complex", image_bytes=size)
        except zlib.error as fault:
            raise Refused("pdf_damaged", image="unreadable") from fault
        self.image_bytes += size
        # Some writers leave the checksum off; only missing rows are missing.
        if not unpack.eof and size < _least_bytes(stream):
            raise Refused("pdf_damaged", image="cut short")


def _least_bytes(stream: Stream) -> int:
    bits = 1 if "/ImageMask" in stream else _number(stream, "/BitsPerComponent") or 8
    space = stream.get("/ColorSpace")
    channels = 1
    if isinstance(space, Name):
        channels = _CHANNELS.get(str(space), 1)
    elif isinstance(space, Array) and len(space) > 1 and space[0] == Name.ICCBased and isinstance(space[1], Stream):
        channels = _number(space[1], "/N") or 1
    return _number(stream, "/Height") * ((_number(stream, "/Width") * bits * channels + 7) // 8)


def _filters(stream: Object) -> list[str]:
    named = stream.get("/Filter")
    if isinstance(named, Array):
        return [str(one) for one in named][: MOST_FILTERS + 1]
    return [str(named)] if isinstance(named, Name) else []


def _number(thing: Object, key: str) -> int:
    value = thing.get(key, 0)
    return value if isinstance(value, int) and value > 0 else 0
