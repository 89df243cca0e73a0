"""Where encrypted blobs may lie: in a folder, or in a bucket that speaks the protocol of S3.

A place raises OSError alone, whatever it is made of: ENOSPC where there is no room, FileNotFoundError where there is
no such blob. A blob that could not be written whole is not there.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

PART = 5 * 1024 * 1024  # the least that S3 takes as a part; one of them at a time is in memory
_FULL = ("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "EntityTooLarge")
_NOT_THERE = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True, slots=True)
class Lying:
    """A file that lies in the place, with the time it was written."""

    key: str
    at: datetime


class Place(Protocol):
    def lying(self) -> Iterator[Lying]: ...

    def probe(self) -> None: ...


class DurableFolder(FileSystemStorage):
    """A folder whose files outlive a power cut: file and folder are on disk before their name is given out."""

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]
            for written in (path, path.parent, path.parent.parent):
                descriptor = os.open(written, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
        return saved

    def lying(self) -> Iterator[Lying]:
        root = Path(self.location)
        for folder, _, names in os.walk(root, onerror=_raise):
            for name in names:
                path = Path(folder) / name
                with suppress(FileNotFoundError):  # removed meanwhile
                    yield Lying(str(path.relative_to(root)), datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def probe(self) -> None:
        """Raises where files can be neither read nor written."""
        root = Path(self.location)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "the folder is closed to relo")


class Bucket(Storage):
    """By boto3 itself: django-storages would hold each file that is read whole in memory."""

    def __init__(self, *, bucket: str, endpoint: str, region: str, key: str, secret: str, prefix: str = "") -> None:
        self._bucket, self._prefix = bucket, prefix
        self._wanted = {
            "endpoint_url": endpoint,
            "region_name": region,
            "aws_access_key_id": key,
            "aws_secret_access_key": secret,
        }
        self._client: Any = None

    @property
    def client(self) -> Any:
        if self._client is None:
            import boto3
            from botocore.config import Config

            config = Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path"},
                # Asked of each server, whatever it understands; what age cannot authenticate is not opened anyway.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            )
            self._client = boto3.session.Session().client("s3", config=config, **self._wanted)
        return self._client

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # of chance alone; asking for each whether it is there would be one more call

    def _save(self, name: str, content: File[Any]) -> str:
        from boto3.s3.transfer import TransferConfig

        parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=1, use_threads=False)
        with _as_os_errors():
            # Either whole or not at all: an upload in parts that fails is given up on the server too.
            self.client.upload_fileobj(_Reader(content.chunks()), self._bucket, self._prefix + name, Config=parts)
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with _as_os_errors():
            body = self.client.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"]
        return File(_Body(body), name)  # type: ignore[arg-type]

    def delete(self, name: str) -> None:
        with _as_os_errors():
            self.client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def exists(self, name: str) -> bool:
        try:
            with _as_os_errors():
                self.client.head_object(Bucket=self._bucket, Key=self._prefix + name)
        except FileNotFoundError:
            return False
        return True

    def lying(self) -> Iterator[Lying]:
        with _as_os_errors():
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            for page in pages:
                for row in page.get("Contents", ()):
                    yield Lying(row["Key"].removeprefix(self._prefix), row["LastModified"])

    def probe(self) -> None:
        with _as_os_errors():
            self.client.head_bucket(Bucket=self._bucket)


class _Reader:
    """Lets boto3 read from pieces, which have no size and cannot be read twice."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1) -> bytes:
        found = bytearray(self._rest)
        while size < 0 or len(found) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            found += piece
        cut = len(found) if size < 0 else size
        self._rest = bytes(found[cut:])
        return bytes(found[:cut])


class _Body:
    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        with _as_os_errors():
            piece: bytes = self._body.read(None if size < 0 else size)
        return piece

    def close(self) -> None:
        self._body.close()


@contextmanager
def _as_os_errors() -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as failure:
        code, status = failure.response.get("Error", {}).get("Code", ""), _status(failure)
        if status == 507 or code in _FULL:
            raise OSError(errno.ENOSPC, code) from failure
        if code in _NOT_THERE and failure.operation_name in ("GetObject", "HeadObject"):
            raise FileNotFoundError(errno.ENOENT, code) from failure
        raise ConnectionError(code) from failure
    except (BotoCoreError, Boto3Error) as failure:
        if isinstance(failure.__cause__, ClientError) or isinstance(failure.__context__, ClientError):
            cause: Any = failure.__cause__ or failure.__context__
            if _status(cause) == 507 or cause.response.get("Error", {}).get("Code") in _FULL:
                raise OSError(errno.ENOSPC, type(failure).__name__) from failure
        raise ConnectionError(type(failure).__name__) from failure


def _status(failure: Any) -> int:
    return int(failure.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _raise(failure: OSError) -> None:
    raise failure
