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
    digests = _Digests()
    for page in pdf.pages:
        found = hashlib.sha256()
        for key in _SHOWN:
            value = _inherited(page.obj, key)
            if value is not None:
                found.update(key.encode("ascii") + digests.of(value))
        yield found.hexdigest()


class _Digests:
    """Of objects, each indirect one once."""

    def __init__(self) -> None:
        from pikepdf import Array, Dictionary, Object, Stream

        self._known: dict[tuple[int, int], bytes] = {}
        self._object, self._array, self._stream = Object, Array, Stream
        self._containers = (Dictionary, Stream, Array)

    def of(self, value: Any, depth: int = 0) -> bytes:
        if not isinstance(value, self._object):
            return hashlib.sha256(f"{type(value).__name__} {value}".encode("utf-8", "surrogatepass")).digest()
        if not isinstance(value, self._containers):
            return hashlib.sha256(value.unparse()).digest()
        place = value.objgen if value.is_indirect else None
        if place is not None:
            if place in self._known:
                return self._known[place]
            self._known[place] = b"again"  # what leads back to itself
        found = hashlib.sha256()
        if depth > _DEEPEST:
            pass
        elif isinstance(value, self._array):
            for item in value:
                found.update(self.of(item, depth + 1))
        elif value.get("/Type") != "/Page":
            for key in sorted(value.keys()):
                if key not in _NOT_CONTENT:
                    found.update(key.encode("utf-8", "surrogateescape") + self.of(value[key], depth + 1))
            if isinstance(value, self._stream):
                found.update(value.get_raw_stream_buffer())
        if place is not None:
            self._known[place] = found.digest()
        return found.digest()


def _inherited(node: Any, key: str) -> Any:
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None
