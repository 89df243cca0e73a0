import base64
import os
import ssl

import pyrage
import pytest
from redis import Redis, SSLConnection

from relo.settings.env import SettingsRefused, read_environment

GOOD = {
    "DATABASE_URL": "postgres://relo@db/relo",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": "x" * 50,
    "PUBLIC_URL": "https://cases.example.org",
    "EMAIL_URL": "smtp+ssl://user:word@mail.example.org:465",
    "STORAGE_URL": "file:///srv/relo/files",
    "FIELD_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
    "FILE_KEYS": str(pyrage.x25519.Identity.generate()),
}

WRONG = [
    ("DATABASE_URL", "mysql://db/relo", "postgres://"),
    ("MIGRATE_DATABASE_URL", "sqlite:////srv/relo.sqlite3", "postgres://"),
    ("MIGRATE_DATABASE_URL", "postgres://owner@db/another", "only user and password differ"),
    ("MIGRATE_DATABASE_URL", "postgres://relo@db/relo", "another user"),
    ("REDIS_URL", "amqp://guest@host", "redis://"),
    ("SECRET_KEY", "short", "at least 50 characters"),
    ("PUBLIC_URL", "cases.example.org", "https://cases.example.org"),
    ("PUBLIC_URL", "https://cases.example.org/app", "without a path"),
    ("ALLOWED_HOSTS", "*", "must name hosts"),
    ("ALLOWED_HOSTS", "other.example.org", "cases.example.org"),
    ("EMAIL_URL", "http://mail", "smtp://"),
    ("STORAGE_URL", "/srv/files", "file:///srv/relo/files"),
    ("STORAGE_URL", "file:///", "file:///srv/relo/files"),
    ("STORAGE_URL", "s3://s3.example.org/bucket", "s3://KEY:SECRET@"),
    ("STORAGE_URL", "s3://key:secret@s3.example.org/", "s3://KEY:SECRET@"),
    ("STORAGE_URL", "s3://key:secret@s3.example.org:port/bucket", "s3://KEY:SECRET@"),
    ("STORAGE_URL", "s3://key:secret@s3.example.org/bucket?tls=no", "tls=off"),
    ("STORAGE_URL", "s3://key:secret@s3.example.org/bucket?regoin=x", "region="),
    ("CLAMD_URL", "http://127.0.0.1:3310", "tcp://127.0.0.1:3310"),
    ("CLAMD_URL", "tcp://127.0.0.1", "tcp://127.0.0.1:3310"),
    ("CLAMD_URL", "unix://run/clamd.ctl", "unix:///run/clamav/clamd.ctl"),
    ("FIELD_KEYS", "k1:dG9vc2hvcnQ=", "32 bytes"),
    ("FIELD_KEYS", "nokey", "openssl"),
    ("FILE_KEYS", "age1public", "AGE-SECRET-KEY-1"),
    ("FILE_KEYS", "AGE-SECRET-KEY-1GARBAGE", "age identities"),
]


def test_a_whole_environment_is_read():
    environment = read_environment(GOOD)

    assert environment.allowed_hosts == ["cases.example.org"]
    assert environment.is_https
    assert environment.email["EMAIL_USE_SSL"] is True
    assert environment.database["ENGINE"].endswith("postgresql")


def test_the_owner_of_the_tables_is_another_user_of_the_same_database():
    environment = read_environment({**GOOD, "MIGRATE_DATABASE_URL": "postgres://owner:word@db/relo"})

    assert environment.database["USER"] == "relo"
    assert environment.database_owner == {"USER": "owner", "PASSWORD": "word"}


@pytest.mark.parametrize(("name", "value", "cure"), WRONG)
def test_a_wrong_value_refuses_to_start_and_names_the_cure(name, value, cure):
    with pytest.raises(SettingsRefused) as refused:
        read_environment({**GOOD, name: value})

    assert name in str(refused.value) and cure in str(refused.value)


@pytest.mark.parametrize("name", list(GOOD))
def test_a_missing_value_refuses_to_start(name):
    with pytest.raises(SettingsRefused, match=f"{name} is not set"):
        read_environment({key: value for key, value in GOOD.items() if key != name})


def test_secrets_are_never_quoted_back():
    with pytest.raises(SettingsRefused) as refused:
        read_environment({**GOOD, "SECRET_KEY": "my-little-secret"})

    assert "my-little-secret" not in str(refused.value)


def test_a_bucket_is_named_with_its_server_and_keys():
    url = "s3://AKIA%2F1:se%2Bcret@s3.example.org:9000/relo/a/b?region=eu-central-1"

    assert read_environment({**GOOD, "STORAGE_URL": url}).storage["OPTIONS"] == {
        "bucket": "relo",
        "prefix": "a/b/",
        "endpoint": "https://s3.example.org:9000",
        "region": "eu-central-1",
        "key": "AKIA/1",
        "secret": "se+cret",
    }


def test_a_bucket_without_the_library_for_it_refuses_to_start(monkeypatch):
    monkeypatch.setattr("relo.settings.env.find_spec", lambda name: None)

    with pytest.raises(SettingsRefused, match=r"install relo\[s3\]") as refused:
        read_environment({**GOOD, "STORAGE_URL": "s3://key:very-secret@s3.example.org/bucket"})
    assert "very-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("unix:///tmp/relo/valkey.sock?db=0", "redis+socket:///tmp/relo/valkey.sock?virtual_host=0"),
    ],
)
def test_redis_is_spelled_as_celery_knows_it(url, broker):
    assert read_environment({**GOOD, "REDIS_URL": url}).broker_url == broker


def test_a_mail_folder_keeps_its_leading_slash():
    assert read_environment({**GOOD, "EMAIL_URL": "filemail:///srv/mail"}).email["EMAIL_FILE_PATH"] == "/srv/mail"


def test_an_encrypted_way_to_each_server_can_be_asked_for():
    urls = {
        "DATABASE_URL": "postgres://relo@db/relo?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        "REDIS_URL": "rediss://broker:6380/0",
        "EMAIL_URL": "smtp+ssl://mail:465",
    }
    environment = read_environment({**GOOD, **urls})

    options = environment.database["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert environment.broker_url.startswith("rediss://")
    # That the broker is asked for a certificate and its name is the client's own default.
    client = Redis.from_url(environment.REDIS_URL)
    asked = client.connection_pool.make_connection()
    assert isinstance(asked, SSLConnection) and asked.cert_reqs == ssl.CERT_REQUIRED and asked.check_hostname
    assert environment.email["EMAIL_USE_SSL"] is True
