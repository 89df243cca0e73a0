"""Handing bytes to a browser: as an attachment, or to be looked at in a frame that may do nothing.

The type is the one that inspection found, never to be guessed anew; nothing is read from the database once a response
has begun.
"""

from urllib.parse import quote

from django.http import StreamingHttpResponse

from documents.models import Document, Packet
from relo.core import storage

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
ENDINGS = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}
NOTHING = "sandbox; default-src 'none'"
# Nothing may load, run or be sent from what somebody uploaded; only our own page may frame it.
IN_OUR_FRAME = f"{NOTHING}; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def original_as_sent(document: Document) -> StreamingHttpResponse:
    """Under the name its sender gave it."""
    return _attachment(document.blob_key, document.kind, document.size, document.file_name)


def original_as_filed(document: Document) -> StreamingHttpResponse:
    """Under a name of ours: the one it was sent with may say anything."""
    name = f"{document.case.reference}-{document.item.code}-v{document.version}.{ENDINGS[document.kind]}"
    return _attachment(document.blob_key, document.kind, document.size, name)


def packet_pdf(packet: Packet) -> StreamingHttpResponse:
    name = f"{packet.case.reference}-packet-{packet.number}.pdf"
    return _attachment(packet.blob_key, "pdf", packet.size or 0, name)


def to_look_at(document: Document) -> StreamingHttpResponse:
    response = _streamed(document.blob_key, document.kind, document.size, IN_OUR_FRAME)
    response["Content-Disposition"] = "inline"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _attachment(blob_key: str, kind: str, size: int, name: str) -> StreamingHttpResponse:
    response = _streamed(blob_key, kind, size, NOTHING)
    plain = "".join(letter if (letter.isascii() and letter.isalnum()) or letter in "-._ " else "_" for letter in name)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _streamed(blob_key: str, kind: str, size: int, policy: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(blob_key), content_type=TYPES[kind])
    response["Content-Length"] = str(size)
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    return response
