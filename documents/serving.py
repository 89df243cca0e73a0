"""Handing bytes to a browser: as an attachment, or as a picture of a page that relo has drawn.

The type is the one that inspection found, never to be guessed anew; nothing is read from the database once a response
has begun.
"""

from collections.abc import Mapping
from urllib.parse import quote

from django.http import StreamingHttpResponse

from documents.models import Document, Packet, PacketVolume, PostCopy, Rendition
from relo.core import storage

# What a browser may do with a file that somebody uploaded, or that was made of one: nothing, and frame it nowhere.
ATTACHMENT_POLICY = "sandbox; default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
# The browser's own viewer of images styles the page it makes of one.
PICTURE_POLICY = f"{ATTACHMENT_POLICY}; img-src 'self'; style-src 'unsafe-inline'"

TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "tiff": "image/tiff",
    "webp": "image/webp",
}
ENDINGS = {
    "pdf": (".pdf",),
    "jpeg": (".jpg", ".jpeg"),
    "png": (".png",),
    "heic": (".heic", ".heif", ".hif"),
    "tiff": (".tif", ".tiff"),
    "webp": (".webp",),
}


def original_as_sent(document: Document) -> StreamingHttpResponse:
    """Under the name its sender gave it, with an ending of what it is: it may be the name of something else."""
    name = document.file_name
    if not name.lower().endswith(ENDINGS[document.kind]):
        name += ENDINGS[document.kind][0]
    return _attachment(document.blob_key, document.kind, document.size, name)


def original_as_filed(document: Document) -> StreamingHttpResponse:
    """Under a name of ours: the one it was sent with may say anything."""
    name = f"{document.case.reference}-{document.item.code}-v{document.version}{ENDINGS[document.kind][0]}"
    return _attachment(document.blob_key, document.kind, document.size, name)


def packet_pdf(packet: Packet) -> StreamingHttpResponse:
    name = f"{packet.case.reference}-packet-{packet.number}.pdf"
    return _attachment(packet.blob_key, "pdf", packet.size or 0, name)


def volume_pdf(volume: PacketVolume) -> StreamingHttpResponse:
    name = f"{volume.packet.case.reference}-packet-{volume.packet.number}-{volume.number}.pdf"
    return _attachment(volume.blob_key, "pdf", volume.size, name)


def packet_copy(packet: Packet) -> StreamingHttpResponse:
    name = f"{packet.case.reference}-packet-{packet.number}-copy.pdf"
    return _attachment(packet.copy_key, "pdf", packet.copy_size or 0, name)


def copy_of_page(copy: PostCopy) -> StreamingHttpResponse:
    name = f"page-{copy.post_edition.edition}-{copy.sha256[:8]}{ENDINGS[copy.kind][0]}"
    return _attachment(copy.blob_key, copy.kind, copy.size, name)


def working_copy(document: Document, copy: Rendition) -> StreamingHttpResponse:
    name = f"{document.case.reference}-{document.item.code}-v{document.version}-copy.pdf"
    return _attachment(copy.blob_key, "pdf", copy.size, name)


def picture(rendition: Rendition) -> StreamingHttpResponse:
    """Drawn by relo: the one thing that is shown inside a page."""
    response = _streamed(rendition.blob_key, "jpeg", rendition.size, PICTURE_POLICY)
    response["Content-Disposition"] = "inline"
    return response


def part_asked(query: Mapping[str, str]) -> int:
    """Which file of a packet that was split; the first, where nothing else is said."""
    told = query.get("part", "1")
    return int(told) if told.isdecimal() and len(told) < 5 else 1


def _attachment(blob_key: str, kind: str, size: int, name: str) -> StreamingHttpResponse:
    response = _streamed(blob_key, kind, size, ATTACHMENT_POLICY)
    plain = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in "-._ " else "_" for letter in name)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _streamed(blob_key: str, kind: str, size: int, policy: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(blob_key), content_type=TYPES[kind])
    response["Content-Length"] = str(size)
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    return response
