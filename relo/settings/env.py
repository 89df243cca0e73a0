"""Reads every setting from the environment, and refuses a wrong value in words that name the cure."""

import base64
import binascii
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
import pyrage
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

DATABASES = ("sqlite", "postgres", "postgresql")
BROKERS = ("redis", "rediss", "unix")
MAILERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "filemail", "consolemail", "memorymail")


class SettingsRefused(SystemExit):
    """A setting is missing or wrong. Ends the process with one line a setting, not a traceback."""


def _scheme_in(*schemes: str) -> AfterValidator:
    def check(url: str) -> str:
        if urlsplit(url).scheme not in schemes:
            raise ValueError(f"must start with one of {', '.join(s + '://' for s in schemes)}")
        return url

    return AfterValidator(check)


def _secret(value: str) -> str:
    if len(value) < 50:
        raise ValueError("must have at least 50 characters; make one with `openssl rand -base64 48`")
    return value


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ValueError("must be an address such as https://cases.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _storage_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "s3":
        _bucket(url)
    elif parts.scheme != "file" or parts.netloc or not parts.path.startswith("/") or parts.path == "/":
        raise ValueError(
            "must name a folder of its own with three slashes, such as file:///srv/relo/files, "
            f"or a bucket, such as {_EXAMPLE_BUCKET}"
        )
    return url


_EXAMPLE_BUCKET = "s3://KEY:SECRET@s3.example.org/bucket?region=eu-central-1"


def _bucket(url: str) -> dict[str, str]:
    """What relo.core.places.Bucket wants to know."""
    parts = urlsplit(url)
    bucket, _slash, prefix = parts.path.strip("/").partition("/")
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        port = parts.port
    except ValueError:
        port = -1
    server, key, secret = parts.hostname or "", parts.username or "", parts.password or ""
    is_wrong = not (server and key and secret and bucket) or port == -1
    if is_wrong or set(asked) - {"region", "tls"} or asked.get("tls", "on") not in ("on", "off"):
        raise ValueError(
            f"must be such as {_EXAMPLE_BUCKET}, with %XX for signs that mean something in an address; after the ? "
            "may stand region=… and, for a server on this machine or behind a tunnel, tls=off"
        )
    if find_spec("boto3") is None:
        raise ValueError("names a bucket, which takes the extra s3: install relo[s3]")
    host = f"[{server}]" if ":" in server else server
    return {
        "bucket": bucket,
        "prefix": f"{prefix}/" if prefix else "",
        "endpoint": f"http{'' if asked.get('tls') == 'off' else 's'}://{host}{f':{port}' if port else ''}",
        "region": asked.get("region") or "us-east-1",
        "key": unquote(key),
        "secret": unquote(secret),
    }


def _clamd_url(url: str) -> str:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    is_tcp = parts.scheme == "tcp" and bool(parts.hostname and port) and parts.path in ("", "/")
    is_unix = parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1
    if not (is_tcp or is_unix) or parts.username or parts.query:
        raise ValueError("must be where clamd listens, such as tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl")
    return url


def _field_keys(value: str) -> str:
    parse_field_keys(value)
    return value


def _file_keys(value: str) -> str:
    try:
        for key in value.split(","):
            pyrage.x25519.Identity.from_str(key.strip())
    except pyrage.IdentityError:
        message = "must be age identities (AGE-SECRET-KEY-1…), separated by commas, the current one first"
        raise ValueError(message) from None
    return value


def parse_field_keys(value: str) -> dict[str, bytes]:
    """Key name to 32-byte key, the current one first: `k2:BASE64,k1:BASE64`."""
    keys: dict[str, bytes] = {}
    for part in value.split(","):
        name, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not colon or not name.isalnum() or len(key) != 32 or name in keys:
            raise ValueError(
                "must be name:key pairs separated by commas, the current one first, each key 32 bytes in base64; "
                "make one with `openssl rand -base64 32`"
            )
        keys[name] = key
    return keys


class Environment(BaseModel):
    """What the outside decides. Nothing else in relo reads the environment."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    DATABASE_URL: Annotated[str, _scheme_in(*DATABASES)]
    MIGRATE_DATABASE_URL: Annotated[str, _scheme_in("postgres", "postgresql")] | None = None
    REDIS_URL: Annotated[str, _scheme_in(*BROKERS)]
    SECRET_KEY: Annotated[str, AfterValidator(_secret)]
    PUBLIC_URL: Annotated[str, AfterValidator(_public_url)]
    ALLOWED_HOSTS: str = ""
    EMAIL_URL: Annotated[str, _scheme_in(*MAILERS)]
    STORAGE_URL: Annotated[str, AfterValidator(_storage_url)]
    FIELD_KEYS: Annotated[str, AfterValidator(_field_keys)]
    FILE_KEYS: Annotated[str, AfterValidator(_file_keys)]
    ACCEPT_HEIC: bool = True
    CLAMD_URL: Annotated[str, AfterValidator(_clamd_url)] | None = None
    TRUSTED_PROXIES: Annotated[int, Field(ge=0, le=9)] | None = None

    @model_validator(mode="after")
    def _public_host_is_allowed(self) -> "Environment":
        host = urlsplit(self.PUBLIC_URL).hostname
        if "*" in self.allowed_hosts:
            raise ValueError("ALLOWED_HOSTS must name hosts; * would let any Host header through")
        if host not in self.allowed_hosts:
            raise ValueError(f"ALLOWED_HOSTS must hold the host of PUBLIC_URL ({host})")
        return self

    @model_validator(mode="after")
    def _owner_is_of_the_same_database(self) -> "Environment":
        if self.MIGRATE_DATABASE_URL is None:
            return self
        ours, owners = urlsplit(self.DATABASE_URL), urlsplit(self.MIGRATE_DATABASE_URL)
        if (ours.hostname, ours.port, ours.path, ours.query) != (
            owners.hostname,
            owners.port,
            owners.path,
            owners.query,
        ):
            raise ValueError(
                "MIGRATE_DATABASE_URL must name the database of DATABASE_URL; only user and password differ"
            )
        if ours.username == owners.username:
            raise ValueError("MIGRATE_DATABASE_URL must name another user: the one that owns the tables")
        return self

    @property
    def allowed_hosts(self) -> list[str]:
        named = [host.strip() for host in self.ALLOWED_HOSTS.split(",") if host.strip()]
        return named or [urlsplit(self.PUBLIC_URL).hostname or ""]

    @property
    def is_https(self) -> bool:
        return self.PUBLIC_URL.startswith("https://")

    @property
    def trusted_proxies(self) -> int:
        """How many entries at the end of X-Forwarded-For are ours. Something in front of relo speaks https for it."""
        return int(self.is_https) if self.TRUSTED_PROXIES is None else self.TRUSTED_PROXIES

    @property
    def storage(self) -> dict[str, Any]:
        if urlsplit(self.STORAGE_URL).scheme == "s3":
            return {"BACKEND": "relo.core.places.Bucket", "OPTIONS": _bucket(self.STORAGE_URL)}
        options = {
            "location": Path(urlsplit(self.STORAGE_URL).path),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        }
        return {"BACKEND": "relo.core.places.DurableFolder", "OPTIONS": options}

    @property
    def broker_url(self) -> str:
        """REDIS_URL in Celery's spelling: kombu knows a unix socket as redis+socket://."""
        return self.REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")

    @property
    def database(self) -> dict[str, Any]:
        config: dict[str, Any] = environ.Env.db_url_config(self.DATABASE_URL)
        if config["ENGINE"] == "django.db.backends.sqlite3":
            # Without IMMEDIATE two writers that read first meet "database is locked" at once, not after the timeout.
            config["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            }
        else:
            from relo.core.postgres import ScopedCursor  # only here: on SQLite there is no driver for PostgreSQL

            config["OPTIONS"] = {**config.get("OPTIONS", {}), "cursor_factory": ScopedCursor}
            config["CONN_MAX_AGE"] = 60
            config["CONN_HEALTH_CHECKS"] = True
            # A cursor with a name is read in messages of their own, which carry no scope.
            config["DISABLE_SERVER_SIDE_CURSORS"] = True
        return config

    @property
    def database_owner(self) -> dict[str, Any]:
        """What differs for the role that owns the tables and changes them; nothing where it is the same role."""
        if self.MIGRATE_DATABASE_URL is None:
            return {}
        owner: dict[str, Any] = environ.Env.db_url_config(self.MIGRATE_DATABASE_URL)
        return {name: owner[name] for name in ("USER", "PASSWORD")}

    @property
    def email(self) -> dict[str, Any]:
        config: dict[str, Any] = environ.Env.email_url_config(self.EMAIL_URL)
        config["EMAIL_FILE_PATH"] = urlsplit(self.EMAIL_URL).path  # the library drops the leading slash
        return config


def read_environment(environment: Mapping[str, str]) -> Environment:
    try:
        return Environment.model_validate(dict(environment))
    except ValidationError as refusal:
        lines = ["relo cannot start: a setting is missing or wrong."]
        for error in refusal.errors(include_url=False, include_input=False, include_context=False):
            name = ".".join(str(part) for part in error["loc"])
            reason = "is not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
            lines.append(f"  {name} {reason}".replace("   ", "  ") if name else f"  {reason}")
        raise SettingsRefused("\n".join(lines)) from None
