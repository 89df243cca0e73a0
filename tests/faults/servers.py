"""A PostgreSQL cluster and a Redis of our own, to be stopped and broken at will."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import redis

from relo.running.broker import find_server
from tests.smtp import free_port

POSTGRES_FOLDERS = Path("/usr/lib/postgresql")


def wait_until(holds: Callable[[], bool], seconds: float, what: str) -> float:
    """How long it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
    return time.monotonic() - started


class PostgreSQL:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        found = sorted(POSTGRES_FOLDERS.glob("*/bin"), key=lambda path: int(path.parent.name))
        self._bin = found[-1] if found else Path(shutil.which("postgres") or "").parent
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def make(self) -> None:
        self.folder.mkdir()
        if self._as:
            self.folder.parent.chmod(0o711)
            shutil.chown(self.folder, "postgres")
        data = str(self.folder / "data")
        self._run("initdb", "-N", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        with self.connect("postgres") as db:
            db.execute("CREATE ROLE relo_owner LOGIN CREATEDB")
            db.execute("CREATE ROLE relo LOGIN")

    def start(self) -> None:
        # Its processes are killed, never the machine: nothing has to reach the disk. A commit still waits for its WAL.
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off"
        self._run(
            "pg_ctl",
            "-D",
            str(self.folder / "data"),
            "-l",
            str(self.folder / "log"),
            "-o",
            options,
            "-w",
            "-t",
            "300",
            "start",
        )

    def stop_hard(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True)

    def url(self, name: str, user: str) -> str:
        return f"postgres://{user}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )


class Redis:
    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        self._process = subprocess.Popen(
            [str(find_server()), *options, "--maxmemory-policy", "noeviction"], stdout=subprocess.DEVNULL
        )
        wait_until(self._answers, 15, "Redis answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It takes connections and never answers: worse than being gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False


@contextlib.contextmanager
def servers() -> Iterator[tuple[PostgreSQL, Redis]]:
    folder = Path(tempfile.mkdtemp(prefix="relo-faults-", dir="/tmp"))
    postgres, broker = PostgreSQL(folder / "postgres"), Redis(folder)
    try:
        postgres.make()
        broker.start()
        yield postgres, broker
    finally:
        broker.kill()
        with contextlib.suppress(subprocess.CalledProcessError):
            postgres.stop_hard()
        shutil.rmtree(folder, ignore_errors=True)
