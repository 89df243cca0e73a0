"""Handing out bytes: as an attachment, under their own type, never to be guessed anew by a browser."""

from urllib.parse import quote

from django.http import StreamingHttpResponse

from documents.browser_policies import ATTACHMENT_POLICY
from relo.core import storage

TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
ENDINGS = {"pdf": (".pdf",), "jpeg": (".jpg", ".jpeg"), "png": (".png",)}


def attachment(*, blob_key: str, file_name: str, kind: str, size: int) -> StreamingHttpResponse:
    """Streams the plaintext. Nothing is read from the database once the response has begun."""
    response = StreamingHttpResponse(storage.chunks(blob_key), content_type=TYPES[kind])
    if not file_name.lower().endswith(ENDINGS[kind]):
        file_name += ENDINGS[kind][0]  # what it was called when it was sent may be the name of something else
    plain = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "-._ " else "_" for letter in file_name
    )
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    response["Content-Length"] = str(size)
    response["Content-Security-Policy"] = ATTACHMENT_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
