"""Settings of the test suite: fresh keys, a folder of its own, and SQLite unless DATABASE_URL names a server."""

import base64
import os
import secrets
import tempfile

import pyrage

_place = tempfile.TemporaryDirectory(prefix="relo-test-")  # gone with the process
_folder = _place.name
os.environ.update(
    {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "EMAIL_URL": "memorymail://",
        "STORAGE_URL": f"file://{_folder}/files",
        "FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "FILE_KEYS": str(pyrage.x25519.Identity.generate()),
    }
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder}/relo.sqlite3")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")  # nothing listens there: no doorbell may be needed

from relo.settings.base import *  # noqa: E402, F403
from relo.settings.base import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and child processes of the tests open connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
OUTBOX_CLOCK = "process"  # tests stop the clock of their process
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
