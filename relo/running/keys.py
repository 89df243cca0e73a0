"""The keys of one installation, made once and kept beside its data in `env`."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

from relo.running.refusal import CannotRun

NAMES = ("SECRET_KEY", "FIELD_KEYS", "FILE_KEYS")


def read_or_make_keys(folder: Path, *, data: Path) -> dict[str, str]:
    """The keys in `folder`/env; made on the first start, and never while `data` of lost keys is there."""
    file = folder / "env"
    if not file.exists():
        if data.exists():
            raise CannotRun(
                f"{file} with the keys is gone, and {data} cannot be read without them: "
                f"put {file.name} back, or remove {folder} to start afresh."
            )
        _write_once(file, _new_keys())
    file.chmod(0o600)
    return _read(file)


def _new_keys() -> dict[str, str]:
    import pyrage  # a compiled library, wanted on the first start only

    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode("ascii"),
        "FILE_KEYS": str(pyrage.x25519.Identity.generate()),
    }


def _write_once(file: Path, keys: dict[str, str]) -> None:
    """All of it or nothing, readable for its owner alone from the first byte, never over an existing file."""
    descriptor, draft = tempfile.mkstemp(prefix=".env-", dir=file.parent)  # O_EXCL and 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as lines:
            lines.write("# The keys to this folder's data. Without them it cannot be read.\n")
            lines.writelines(f"{name}={value}\n" for name, value in keys.items())
            lines.flush()
            os.fsync(lines.fileno())
        os.link(draft, file)
    finally:
        os.unlink(draft)


def _read(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    pairs = dict(line.strip().split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    if missing := [name for name in NAMES if not pairs.get(name)]:
        raise CannotRun(
            f"{file} lacks {', '.join(missing)}: put the original file back, or remove {file.parent} to start afresh."
        )
    return {name: pairs[name] for name in NAMES}
