"""Where a demo runs: its folder, its lock and its port. Each refusal is one line with the cure."""

import errno
import fcntl
import os
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from relo.running.refusal import CannotRun

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
LEFTOVER_SECONDS = 20.0
# Settings read folders out of URLs, where these characters mean something else.
NOT_IN_PATHS = "?#%"


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def database(self) -> Path:
        return self.path / "relo.sqlite3"

    @property
    def mails(self) -> Path:
        return self.path / "mail"

    @property
    def logs(self) -> Path:
        return self.path / "log"

    @property
    def access(self) -> Path:
        """What to sign in with, for people and programs."""
        return self.path / "demo.json"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "DATABASE_URL": f"sqlite:///{quote(str(self.database))}",
            "STORAGE_URL": f"file://{self.path / 'files'}",
            "EMAIL_URL": f"filemail://{self.mails}",
        }

    def start_logs_afresh(self) -> None:
        for log in self.logs.glob("*.log"):
            log.unlink()


def prepare_folder(path: Path) -> Folder:
    if found := [character for character in NOT_IN_PATHS if character in str(path)]:
        raise CannotRun(
            f"{path} holds {' '.join(found)} in its name: move the checkout, or set RELO_VAR=/another/folder."
        )
    folder = Folder(path)
    try:
        for part in (path, folder.mails, folder.logs, path / "files"):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        with tempfile.TemporaryFile(dir=path) as probe:
            probe.write(b"relo")
            probe.flush()
    except OSError as refusal:
        raise CannotRun(
            f"{path} cannot be written ({refusal.strerror}): "
            f"make it yours (chown -R $(id -un) {path}), or set RELO_VAR=/another/folder."
        ) from None
    return folder


def lock(folder: Folder) -> int:
    """Hold the folder for this demo alone, until the process ends; its guard holds it until all is swept."""
    file = folder.path / "demo.lock"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", errors="replace").strip()
            # A killed demo's children may need a moment more to end.
            if _runs(holder) or time.monotonic() > deadline:
                raise CannotRun(
                    f"A demo already runs in {folder.path} (process {holder}): "
                    f"stop that one first, or set RELO_VAR=/another/folder and PORT= for a second."
                ) from None
            time.sleep(0.2)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return descriptor


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def wanted_port(environment: Mapping[str, str]) -> int:
    text = environment.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not text.isdecimal() or not text.isascii() or int(text) > 65535:
        raise CannotRun(f"PORT={text} is no port: give a number up to 65535, such as PORT=8001 (0 takes a free one).")
    return int(text)


def listen(port: int) -> socket.socket:
    """Take the port now and keep it: web may crash and come back, and nobody else gets in between."""
    listener = socket.socket(socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as refusal:
        listener.close()
        reason = "is taken by another program" if refusal.errno == errno.EADDRINUSE else f"gives: {refusal.strerror}"
        other = port + 1 if 1024 <= port < 65535 else DEFAULT_PORT + 1
        raise CannotRun(f"Port {port} {reason}. Choose another, such as: make demo PORT={other}") from None
    return listener
