"""What each page shows, as one digest a page: so that a file that differs can be told page by page."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pikepdf import Pdf

_SHOWN = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents")
_NOT_CONTENT = ("/Parent", "/Length", "/P", "/StructParent", "/StructParents")
_DEEPEST = 64


def page_digests(pdf: "Pdf") -> Iterator[str]:
    """Streams as they are stored: writing a file anew leaves them alone, and nothing is unpacked here."""
    known: dict[tuple[int, int], bytes] = {}
    for page in pdf.pages:
        found = hashlib.sha256()
        for key in _SHOWN:
            value = _inherited(page.obj, key)
            if value is not None:
                found.update(key.encode("ascii") + _digest(value, known, 0))
        yield found.hexdigest()


def _digest(value: Any, known: dict[tuple[int, int], bytes], depth: int) -> bytes:
    from pikepdf import Array, Dictionary, Object, Stream

    if not isinstance(value, Object):
        return hashlib.sha256(f"{type(value).__name__} {value}".encode("utf-8", "surrogatepass")).digest()
    if not isinstance(value, Dictionary | Stream | Array):
        return hashlib.sha256(value.unparse()).digest()
    place = value.objgen if value.is_indirect else None
    if place is not None:
        if place in known:
            return known[place]
        known[place] = b"again"  # what leads back to itself
    found = hashlib.sha256()
    if depth > _DEEPEST:
        pass
    elif isinstance(value, Array):
        for item in value:
            found.update(_digest(item, known, depth + 1))
    elif value.get("/Type") != "/Page":
        for key in sorted(value.keys()):
            if key not in _NOT_CONTENT:
                found.update(key.encode("utf-8", "surrogateescape") + _digest(value[key], known, depth + 1))
        if isinstance(value, Stream):
            found.update(value.get_raw_stream_buffer())
    if place is not None:
        known[place] = found.digest()
    return found.digest()


def _inherited(node: Any, key: str) -> Any:
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None
