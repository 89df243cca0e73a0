"""Bytes at rest: `put(stream)` and `open_blob(key)`, and nothing else. Never a path, never a URL.

Each blob is one file in the age format (https://age-encryption.org/v1), written under the first of FILE_KEYS and
opened by any of them.
"""

import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import pyrage
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

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


class DurableFolder(FileSystemStorage):
    """A folder whose files outlive a power cut: file and folder are on disk before their name is given out."""

    def _save(self, name: str, content: File[Any]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        for path in (Path(self.path(saved)), Path(self.path(saved)).parent, Path(self.path(saved)).parent.parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved


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
    """Encrypt and store a stream. The file is whole and on disk when this returns; an orphan is harmless."""
    measured = _Measured(stream)
    recipient = _identities()[0].to_public()
    pipe = _Pipe(lambda writer: pyrage.encrypt_io(measured, writer, [recipient]))
    name = secrets.token_hex(16)
    try:
        key = storages["blobs"].save(f"{name[:2]}/{name}.age", _PipeFile(pipe))
    finally:
        pipe.close()
    return BlobRef(key=key, sha256=measured.sha256, size=measured.size)


@contextmanager
def open_blob(key: str) -> Iterator[_Pipe]:
    """The plaintext, read once from the start. Memory does not grow with the file."""
    with storages["blobs"].open(key, "rb") as stored:
        pipe = _Pipe(lambda writer: _decrypt(stored, writer))
        try:
            yield pipe
        finally:
            pipe.close()


def chunks(key: str) -> Iterator[bytes]:
    """The plaintext piece by piece, for a streaming response."""
    with open_blob(key) as blob:
        while piece := blob.read(CHUNK):
            yield piece


def delete(key: str) -> None:
    storages["blobs"].delete(key)


def _decrypt(stored: IO[bytes], writer: IO[bytes]) -> None:
    try:
        pyrage.decrypt_io(stored, writer, _identities())
    except BrokenPipeError:
        raise
    except (pyrage.DecryptError, OSError) as failure:  # a wrong key; a chunk that was changed or cut off
        raise BlobDamaged(str(failure)) from failure


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
