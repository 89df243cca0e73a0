"""Handing bytes to a browser: as an attachment, or to be looked at in a frame that may do nothing."""

from django.http import StreamingHttpResponse

from documents.browser_policies import ATTACHMENT_POLICY, LOOK_POLICY
from documents.models import Document, Packet
from relo.core import storage

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
ENDINGS = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}


def attachment(document: Document) -> StreamingHttpResponse:
    """The original, under a name of ours: the one it was sent with may say anything."""
    name = f"{document.case.reference}-{document.item.code}-v{document.version}.{ENDINGS[document.kind]}"
    return _streamed(document.blob_key, TYPES[document.kind], document.size, name)


def packet_attachment(packet: Packet) -> StreamingHttpResponse:
    name = f"{packet.case.reference}-packet-{packet.number}.pdf"
    return _streamed(packet.blob_key, TYPES["pdf"], packet.size or 0, name)


def to_look_at(document: Document) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(document.blob_key), content_type=TYPES[document.kind])
    response["Content-Length"] = str(document.size)
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = LOOK_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _streamed(key: str, content_type: str, size: int, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(storage.chunks(key), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = ATTACHMENT_POLICY
    return response
