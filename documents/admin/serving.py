"""Handing bytes to a browser: as an attachment, or to be looked at in a frame that may do nothing."""

from django.http import StreamingHttpResponse

from documents.models import Document, Packet, PostCopy
from relo.core import storage

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
ENDINGS = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}
# Nothing may load, run or be sent from what somebody uploaded; only our own page may frame it.
IMAGE_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def attachment(document: Document) -> StreamingHttpResponse:
    """The original, under a name of ours: the one it was sent with may say anything."""
    name = f"{document.case.reference}-{document.item.code}-v{document.version}.{ENDINGS[document.kind]}"
    return _streamed(document.blob_key, TYPES[document.kind], document.size, name)


def packet_attachment(packet: Packet) -> StreamingHttpResponse:
    name = f"{packet.case.reference}-packet-{packet.number}.pdf"
    return _streamed(packet.blob_key, TYPES["pdf"], packet.size or 0, name)


def copy_attachment(copy: PostCopy) -> StreamingHttpResponse:
    name = f"page-{copy.post_edition.edition}-{copy.sha256[:8]}.{ENDINGS[copy.kind]}"
    return _streamed(copy.blob_key, TYPES[copy.kind], copy.size, name)


def to_look_at(document: Document) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(document.blob_key), content_type=TYPES[document.kind])
    response["Content-Length"] = str(document.size)
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = IMAGE_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _streamed(key: str, content_type: str, size: int, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(key), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
