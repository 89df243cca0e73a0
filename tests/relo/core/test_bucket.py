"""Files in a bucket, against a server that speaks the protocol of S3."""

import hashlib
import io
import os
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from relo.core import places, storage
from relo.core.errors import NoRoom, NotReady
from relo.settings.env import read_environment
from tests.relo.settings.test_env import GOOD

SMALL, LARGE = b"passport of Anna", os.urandom(12 * 1024 * 1024 + 17)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(server: str) -> Any:
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{server}",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="se/cret",
    )
    client.create_bucket(Bucket="relo")
    yield client
    for row in client.list_objects_v2(Bucket="relo").get("Contents", ()):
        client.delete_object(Bucket="relo", Key=row["Key"])


def use(settings: Any, url: str) -> None:
    settings.STORAGES = {**settings.STORAGES, "blobs": read_environment({**GOOD, "STORAGE_URL": url}).storage}


@pytest.fixture
def bucket(s3: Any, server: str, settings: Any) -> Any:
    use(settings, f"s3://key:se%2Fcret@{server}/relo/files?tls=off")
    return s3


def keys(s3: Any) -> list[str]:
    return [row["Key"] for row in s3.list_objects_v2(Bucket="relo").get("Contents", ())]


@pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "in parts"])
def test_what_was_put_comes_back_and_lies_there_as_an_age_file(bucket, content):
    ref = storage.put(io.BytesIO(content))

    assert (ref.sha256, ref.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert keys(bucket) == [f"files/{ref.key}"]
    raw = bucket.get_object(Bucket="relo", Key=f"files/{ref.key}")["Body"].read()
    assert raw.startswith(b"age-encryption.org/v1\n") and b"passport" not in raw
    assert b"".join(storage.chunks(ref.key)) == content


def test_one_part_at_a_time_is_in_memory(bucket, monkeypatch):
    read, asked, given = places._Reader.read, [], []

    def spy(self: Any, size: int = -1) -> bytes:
        piece = read(self, size)
        asked.append(size)
        given.append(len(piece))
        return piece

    monkeypatch.setattr(places._Reader, "read", spy)
    body, sizes = places._Body.read, []
    monkeypatch.setattr(places._Body, "read", lambda self, size=-1: sizes.append(size) or body(self, size))
    ref = storage.put(io.BytesIO(LARGE))
    assert max(given) <= places.PART and min(asked) > 0 and sum(given) > len(LARGE)

    assert sum(map(len, storage.chunks(ref.key))) == len(LARGE)
    assert 0 < max(sizes) <= 1024 * 1024 and min(sizes) > 0


def test_what_is_deleted_is_gone_and_what_lies_there_is_told(bucket):
    first, second = (storage.put(io.BytesIO(SMALL)).key for _ in range(2))
    assert {row.key for row in storage.lying()} == {first, second}
    assert all(row.at.tzinfo is not None for row in storage.lying())

    assert storage.delete(first)

    assert [row.key for row in storage.lying()] == [second]
    with pytest.raises(FileNotFoundError):
        b"".join(storage.chunks(first))


def test_changed_bytes_are_refused(bucket):
    ref = storage.put(io.BytesIO(SMALL))
    raw = bucket.get_object(Bucket="relo", Key=f"files/{ref.key}")["Body"].read()
    bucket.put_object(Bucket="relo", Key=f"files/{ref.key}", Body=raw[:-1] + bytes([raw[-1] ^ 1]))

    with pytest.raises(storage.BlobDamaged):
        b"".join(storage.chunks(ref.key))


def test_a_server_that_is_away_is_told_in_words_and_in_time(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    use(settings, f"s3://key:secret@127.0.0.1:{port}/relo?tls=off")

    for act in (lambda: storage.put(io.BytesIO(SMALL)), lambda: storage.chunks("a/b.age"), storage.probe):
        with pytest.raises(NotReady) as refused:
            act()
        assert refused.value.code == "storage_away"
    assert not storage.delete("a/b.age")  # an orphan is harmless


def test_a_bucket_that_is_not_there_is_away_and_no_file_is_called_lost(server, settings):
    use(settings, f"s3://key:secret@{server}/another?tls=off")

    for act in (lambda: storage.put(io.BytesIO(SMALL)), lambda: storage.chunks("a/b.age"), storage.probe):
        with pytest.raises(NotReady):
            act()


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "in parts"])
def test_a_bucket_without_room_says_so_and_nothing_is_half_stored(bucket, monkeypatch, content):
    client = storages["blobs"].client

    def full(**_: Any) -> None:
        raise client.exceptions.ClientError(
            {"Error": {"Code": "XMinioStorageFull"}, "ResponseMetadata": {"HTTPStatusCode": 507}}, "PutObject"
        )

    monkeypatch.setattr(client, "put_object", full)
    upload_part, calls = client.upload_part, []

    def full_at_the_second(**kwargs: Any) -> Any:
        calls.append(kwargs["PartNumber"])
        return upload_part(**kwargs) if len(calls) < 2 else full()

    monkeypatch.setattr(client, "upload_part", full_at_the_second)

    with pytest.raises(NoRoom):
        storage.put(io.BytesIO(content))

    assert keys(bucket) == []
    assert bucket.list_multipart_uploads(Bucket="relo").get("Uploads", []) == []


def test_a_source_that_breaks_off_leaves_nothing(bucket):
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            if self.tell() > 7_000_000:
                raise ValueError("broken")
            return piece

    with pytest.raises(Exception, match="broken"):
        storage.put(Breaks(LARGE))

    assert keys(bucket) == []
    assert bucket.list_multipart_uploads(Bucket="relo").get("Uploads", []) == []
