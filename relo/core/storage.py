"""Bytes at rest: `put(stream)` and `open_blob(key)`, and nothing else. Never a path, never a URL.

Each blob is one file in the age format (https://age-encryption.org/v1), written under the first of FILE_KEYS and
opened by any of them.
"""

import errno
import hashlib
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

import pyrage
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext_lazy as _

from relo.core.errors import NoRoom, NotReady
from relo.core.places import Lying, Place

log = logging.getLogger(__name__)

CHUNK = 64 * 1024  # age encrypts in chunks of 64 KiB


@dataclass(frozen=True, slots=True)
class BlobRef:
    """Where a blob lies, and what its plaintext is: `size` in bytes, `sha256` in hex."""

    key: str
    sha256: str
    size: int


class BlobDamaged(Exception):
    """The stored bytes do not open under any of FILE_KEYS, or were changed."""


class NoDirectStorage(Storage):
    """Stands where Django's default storage would: a FileField would write passports in the clear."""

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        raise RuntimeError("use relo.core.storage.open_blob()")

    def _save(self, name: str, content: File[Any]) -> str:
        raise RuntimeError("use relo.core.storage.put()")


class _Measured:
    """Hashes and counts what is read through it, so that a file is read once."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class _Pipe:
    """The reading end of a pipe that a thread fills; raises at the end if the thread failed."""

    def __init__(self, fill: Any) -> None:
        read_end, write_end = os.pipe()
        self._reader: BinaryIO = os.fdopen(read_end, "rb", buffering=CHUNK)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(fill, write_end), daemon=True)
        self._thread.start()

    def _run(self, fill: Any, write_end: int) -> None:
        try:
            with os.fdopen(write_end, "wb", buffering=CHUNK) as writer:
                fill(writer)
        except BaseException as failure:  # raised again by the reader; a reader that left early wants none of it
            self._failure = failure

    def read(self, size: int = -1) -> bytes:
        chunk = self._reader.read(size)
        if not chunk or size < 0:
            self._thread.join()
            if self._failure is not None:
                raise self._failure
        return chunk

    def close(self) -> None:
        self._reader.close()
        self._thread.join()


def put(stream: IO[bytes]) -> BlobRef:
    """Encrypt and store a stream. The file is whole and on disk when this returns; an orphan is harmless.

    Raises NoRoom and NotReady, and then nothing was stored.
    """
    measured = _Measured(stream)
    recipient = _identities()[0].to_public()
    pipe = _Pipe(lambda writer: pyrage.encrypt_io(measured, writer, [recipient]))
    name = secrets.token_hex(16)
    try:
        with _words():
            key = storages["blobs"].save(f"{name[:2]}/{name}.age", _PipeFile(pipe))
    finally:
        pipe.close()
    return BlobRef(key=key, sha256=measured.sha256, size=measured.size)


@contextmanager
def open_blob(key: str) -> Iterator[_Pipe]:
    """The plaintext, read once from the start. Memory does not grow with the file."""
    with _opened(key) as stored, _reading(stored) as pipe:
        yield pipe


def chunks(key: str) -> Iterator[bytes]:
    """The plaintext piece by piece, for a streaming response: a storage that is away is told before it begins."""
    return _pieces(_opened(key))


def _pieces(stored: File[bytes]) -> Iterator[bytes]:
    with stored, _reading(stored) as pipe:
        while piece := pipe.read(CHUNK):
            yield piece


def delete(key: str) -> bool:
    """Whether it is gone. An orphan is harmless, so a storage that is away stops nobody: see `check_files`."""
    try:
        storages["blobs"].delete(key)
    except OSError as failure:
        log.warning("storage.left_behind", extra={"error": type(failure).__name__})
        return False
    return True


def lying() -> Iterator[Lying]:
    """Every file that lies in the storage, whosever it is."""
    with _words():
        yield from _place().lying()


def probe() -> None:
    """Raises NotReady where the storage is away."""
    with _words():
        _place().probe()


def _place() -> Place:
    return cast(Place, storages["blobs"])


def _opened(key: str) -> File[bytes]:
    try:
        with _words():
            return storages["blobs"].open(key, "rb")
    except FileNotFoundError:
        probe()  # rather the whole storage is away than this one file lost
        raise


@contextmanager
def _reading(stored: File[bytes]) -> Iterator[_Pipe]:
    pipe = _Pipe(lambda writer: _decrypt(stored, writer))
    try:
        with _words():
            yield pipe
    finally:
        pipe.close()


@contextmanager
def _words() -> Iterator[None]:
    """What went wrong with the storage, as a refusal that somebody can read."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as failure:
        log.error("storage.failed", extra={"error": type(failure).__name__, "errno": failure.errno})
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(
                "storage_full",
                _("There is no room left for files here, so nothing was stored. Tell your agency, and send it later."),
            ) from failure
        raise NotReady(
            "storage_away", _("The store of files is away for the moment, and nothing was stored. Try again later.")
        ) from failure


def _decrypt(stored: IO[bytes], writer: IO[bytes]) -> None:
    source = _Source(stored)
    try:
        pyrage.decrypt_io(source, writer, _identities())
    except BrokenPipeError:
        raise
    except Exception as failure:
        if source.failure is not None:
            raise source.failure from failure
        if isinstance(failure, pyrage.DecryptError | OSError):  # a wrong key; a chunk that was changed or cut off
            raise BlobDamaged(str(failure)) from failure
        raise


class _Source:
    """Keeps the failure of the storage apart from that of the file."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except OSError as failure:
            self.failure = failure
            raise


def _identities() -> list[Any]:
    return [pyrage.x25519.Identity.from_str(key) for key in settings.FILE_KEYS]


class _PipeFile(File[bytes]):
    """Lets Django's storage save from a pipe, which has no size and cannot seek."""

    def __init__(self, pipe: _Pipe) -> None:
        super().__init__(None, name="blob")
        self._pipe = pipe

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while piece := self._pipe.read(CHUNK):
            yield piece
