"""The file that comes with a form: one, of a bounded size, kept out of this process's memory and off the disk."""

import os
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _

from relo.core.errors import Invalid, TooLarge

# Around the one file a body carries boundaries, headers and a form's few fields.
FORM_BYTES = 64 * 1024


class OneFile(FileUploadHandler):
    """Each piece goes on into a file that the kernel keeps in memory: nobody's passport lies in a temporary folder.

    Whoever sends more than one file, or more than they may, is read no further; `refuse_trouble()` says so.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._file: BinaryIO | None = None
        self._left = settings.MAX_UPLOAD_BYTES + FORM_BYTES
        self._came = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._came += 1
        if self._came > 1:
            self._stop("several", is_short=announced_length(self.request) <= settings.MAX_UPLOAD_BYTES)
        self._file = os.fdopen(os.memfd_create("upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "w+b")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._left -= len(raw_data)
        if self._left < 0:
            self._stop("too_large")
        assert self._file is not None  # noqa: S101 (new_file came first)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self._file is None:
            return None
        self._file.seek(0)
        file, self._file = self._file, None
        return UploadedFile(file, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)

    def upload_interrupted(self) -> None:
        """The body ended inside the file."""
        self._note("cut_short")

    def _stop(self, why: str, *, is_short: bool = False) -> None:
        """What is left of a short body is read and dropped, so that a browser shows the answer."""
        self._note(why)
        raise StopUpload(connection_reset=not is_short)

    def _note(self, why: str) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self.request is not None:
            self.request.upload_trouble = why  # type: ignore[attr-defined]


def refuse_trouble(request: Any) -> None:
    """What went wrong while the body was read. For Django's requests and those of the API, whose body is read now."""
    assert request.FILES is not None  # noqa: S101 (reads the body)
    match getattr(getattr(request, "_request", request), "upload_trouble", None):
        case "too_large":
            raise too_large()
        case "several":
            raise Invalid("several_files", _("Send one file at a time. Nothing was stored."))
        case "cut_short":
            raise Invalid("file_cut_short", _("The file did not arrive whole, and nothing was stored. Send it again."))


def announced_length(request: Any) -> int:
    """How long the body says it is, before a byte of it is read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() and len(length) < 19 else 0


def refuse_too_large(request: Any) -> None:
    if announced_length(request) > settings.MAX_UPLOAD_BYTES + FORM_BYTES:
        raise too_large()


def too_large() -> TooLarge:
    return TooLarge("too_large", _("A file may have at most 25 MB. Scan it at 300 dpi, or save it as a smaller PDF."))
