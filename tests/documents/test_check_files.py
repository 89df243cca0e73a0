"""`manage.py check_files`: rows and files agree both ways, and what nobody names goes late and rarely."""

import io
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from moto.server import ThreadedMotoServer

from cases.models import Case
from documents.models import Document, LooseFile, Rendition
from documents.services.checking_files import NAMING
from documents.services.reusing import reuse_document
from relo.core import clock, storage
from relo.core.checks import our_models
from relo.settings.env import read_environment
from tests.case_steps import send
from tests.relo.settings.test_env import GOOD


@pytest.fixture
def place(settings: Any, tmp_path: Path) -> Path:
    """A storage with nothing of other tests in it."""
    url = f"file://{tmp_path}/files"
    settings.STORAGES = {**settings.STORAGES, "blobs": read_environment({**GOOD, "STORAGE_URL": url}).storage}
    return tmp_path / "files"


@pytest.fixture
def bucket(settings: Any) -> Any:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    client.create_bucket(Bucket="checked")
    url = f"s3://key:secret@{host}:{port}/checked?tls=off"
    settings.STORAGES = {**settings.STORAGES, "blobs": read_environment({**GOOD, "STORAGE_URL": url}).storage}
    yield client
    server.stop()


def check(*arguments: str) -> str:
    out = io.StringIO()
    call_command("check_files", *arguments, stdout=out)
    return out.getvalue()


def fails(*arguments: str) -> tuple[str, str]:
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("check_files", *arguments, stdout=out)
    return out.getvalue(), str(failure.value)


def lose(key: str) -> None:
    storages["blobs"].delete(key)


def path_of(key: str) -> Path:
    return Path(storages["blobs"].path(key))


def loose(days_ago: float = 3) -> str:
    key = storage.put(io.BytesIO(b"left behind")).key
    then = (clock.now() - timedelta(days=days_ago)).timestamp()
    os.utime(path_of(key), (then, then))
    return key


def days_later(days: float) -> Any:
    return time_machine.travel(datetime.now().astimezone() + timedelta(days=days), tick=True)


def test_every_field_that_names_a_file_is_asked():
    """One that is forgotten would have its files removed as nobody's."""
    fields = {(model, field.name) for model in our_models() for field in model._meta.concrete_fields}
    named = {(model, name) for model, name in fields if name.endswith("_key") and model._meta.app_label == "documents"}

    assert named - {(LooseFile, "blob_key")} == {(model, key) for model, key, _hash, _size in NAMING}


def test_a_whole_installation_agrees(place: Path, k_case: Case, staff):
    send(k_case, "cv", "cv.pdf", staff)

    said = check("--all")

    assert "4 rows name a file; 4 files lie in the storage." in said
    assert "4 were opened and hashed." in said


def test_a_lost_file_is_told_by_its_row_and_by_no_name(place: Path, k_case: Case, staff):
    document = send(k_case, "cv", "cv.pdf", staff, file_name="Anna Eriksson.pdf")
    lose(document.blob_key)
    lose(Rendition.objects.get(kind="working_copy").blob_key)

    said, failure = fails()

    assert f"documents.Document {document.pk}: the file is not there" in said
    assert "documents.Rendition" in said and "Anna" not in said
    assert "2 files are missing and 0 damaged" in failure and "backup" in failure


def test_a_lost_file_that_was_used_twice_is_told_by_both_rows(place: Path, k_case: Case, staff):
    document = send(k_case, "degree", "degree-certificate.pdf", staff)
    again = reuse_document(document_id=document.pk, case_id=k_case.pk, code="cv", actor=staff)
    assert "8 rows name a file; 4 files lie in the storage." in check("--all")
    lose(document.blob_key)

    said, failure = fails()

    assert all(f"documents.Document {one.pk}: the file is not there" in said for one in (document, again))
    assert "2 files are missing" in failure


def test_a_changed_file_is_told_when_it_is_hashed(place: Path, k_case: Case, staff):
    document = send(k_case, "cv", "cv.pdf", staff)
    other = storage.put(io.BytesIO(b"another file, whole in itself"))
    path_of(document.blob_key).write_bytes(path_of(other.key).read_bytes())
    storage.delete(other.key)
    raw = path_of(Rendition.objects.get(kind="working_copy").blob_key)
    raw.write_bytes(raw.read_bytes()[:-1])

    said, failure = fails("--all")

    assert f"documents.Document {document.pk}: the file is not what its row says" in said
    assert "0 files are missing and 2 damaged" in failure
    assert "0 were opened" in check("--sample", "0")


@pytest.mark.django_db
def test_a_file_that_no_row_names_goes_when_it_is_old_and_was_seen_twice(place: Path):
    key = loose()
    young = loose(days_ago=0)

    assert f"{key}: is named by no row" in check("--reap")
    assert path_of(key).exists() and LooseFile.objects.get().blob_key == key
    check("--reap")
    assert path_of(key).exists()  # the second look came too soon

    with days_later(1.1):
        assert "1 of them were there a day ago too" in check()
        assert path_of(key).exists()  # it was not asked for
        assert "1 removed." in check("--reap")
    assert not path_of(key).exists() and path_of(young).exists()
    assert not LooseFile.objects.exists()


def test_a_file_that_found_its_row_meanwhile_stays(place: Path, k_case: Case, staff):
    document = send(k_case, "cv", "cv.pdf", staff)
    key = loose()
    check()
    Document.objects.filter(pk=document.pk).update(blob_key=key)

    with days_later(4):
        said, _failure = fails("--reap", "--all")
    assert path_of(key).exists()
    assert f"{document.blob_key}: is named by no row" in said  # and now that one is
    assert list(LooseFile.objects.values_list("blob_key", flat=True)) == [document.blob_key]


@pytest.mark.django_db
def test_many_are_a_sign_of_the_wrong_database_and_none_goes(place: Path):
    keys = [loose() for _ in range(21)]
    fails()

    with days_later(2):
        said, failure = fails("--reap")
    assert "0 removed." in said and "More than 20" in failure and "after a restore" in failure
    assert all(path_of(key).exists() for key in keys)


@pytest.mark.django_db
def test_a_storage_that_is_away_is_no_storage_without_files(settings: Any, tmp_path: Path):
    (tmp_path / "no-folder").write_text("")
    url = f"file://{tmp_path}/no-folder/files"
    settings.STORAGES = {**settings.STORAGES, "blobs": read_environment({**GOOD, "STORAGE_URL": url}).storage}

    assert "away for the moment" in fails()[1]


def test_a_bucket_is_checked_like_a_folder(bucket: Any, k_case: Case, staff):
    document = send(k_case, "cv", "cv.pdf", staff)
    assert "4 were opened and hashed." in check("--all")
    key = storage.put(io.BytesIO(b"left behind")).key
    with days_later(3):
        assert f"{key}: is named by no row" in check()
    with days_later(4.1):
        assert "1 removed." in check("--reap")
    assert key not in [row["Key"] for row in bucket.list_objects_v2(Bucket="checked")["Contents"]]

    lose(document.blob_key)

    assert f"documents.Document {document.pk}: the file is not there" in fails()[0]
