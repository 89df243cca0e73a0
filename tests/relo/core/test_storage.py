import hashlib
import io
import os
import re
from pathlib import Path

import pyrage
import pytest
from django.core.files.storage import default_storage, storages

from relo.core import storage

CONTENT = b"%PDF-1.7 passport of Anna " + os.urandom(300_000)


def stored_file(ref: storage.BlobRef) -> Path:
    return Path(storages["blobs"].path(ref.key))


def test_what_was_put_comes_back_with_its_hash_and_size():
    ref = storage.put(io.BytesIO(CONTENT))

    assert (ref.sha256, ref.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert b"".join(storage.chunks(ref.key)) == CONTENT


def test_the_place_of_a_file_is_made_of_chance_alone():
    stream = io.BytesIO(CONTENT)
    stream.name = "../../etc/passwd.pdf"  # what an upload brings along
    keys = [storage.put(stream).key for _time in range(2)]

    assert keys[0] != keys[1]
    assert all(re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{30}\.age", key) for key in keys)


def test_on_disk_it_is_an_age_file_only_its_owner_may_read():
    path = stored_file(storage.put(io.BytesIO(CONTENT)))

    raw = path.read_bytes()
    assert raw.startswith(b"age-encryption.org/v1\n") and b"passport of Anna" not in raw
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]), lambda raw: raw[:-20_000]])
def test_changed_or_shortened_bytes_are_refused(damage):
    ref = storage.put(io.BytesIO(CONTENT))
    path = stored_file(ref)
    path.chmod(0o600)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(storage.BlobDamaged):
        b"".join(storage.chunks(ref.key))


def test_after_a_key_change_old_blobs_open_and_new_ones_use_the_new_key(settings):
    old = storage.put(io.BytesIO(CONTENT))
    new_key = pyrage.x25519.Identity.generate()
    settings.FILE_KEYS = [str(new_key), *settings.FILE_KEYS]
    new = storage.put(io.BytesIO(CONTENT))

    assert b"".join(storage.chunks(old.key)) == CONTENT
    settings.FILE_KEYS = [str(new_key)]
    assert b"".join(storage.chunks(new.key)) == CONTENT
    with pytest.raises(storage.BlobDamaged):
        b"".join(storage.chunks(old.key))


def test_a_reader_that_stops_early_leaves_nothing_hanging():
    ref = storage.put(io.BytesIO(CONTENT))

    with storage.open_blob(ref.key) as blob:
        assert blob.read(4) == b"%PDF"


def test_djangos_own_storage_is_closed():
    with pytest.raises(RuntimeError):
        default_storage.save("passport.pdf", io.BytesIO(CONTENT))
