"""A real clamd with a signature database of three lines, and servers that only pretend to be one."""

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MARKER = b"relo-test-signature-5f1c"
LARGEST = 2 * 1024 * 1024


@contextmanager
def real_clamd(bad_files: list[Path]) -> Iterator[str]:
    """Finds MARKER anywhere, and each of the bad files by its hash."""
    program = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed (Debian: clamav-daemon)")
    with tempfile.TemporaryDirectory(prefix="relo-clamd-") as name:
        folder = Path(name)
        database, address = folder / "db", folder / "clamd.ctl"
        database.mkdir()
        (database / "relo.ndb").write_text(f"Relo.Test.Marker:0:*:{MARKER.hex()}\n")
        contents = [path.read_bytes() for path in bad_files]
        digests = [(hashlib.md5(content, usedforsecurity=False).hexdigest(), len(content)) for content in contents]
        lines = [f"{digest}:{size}:Relo.Test.Hash\n" for digest, size in digests]
        (database / "relo.hdb").write_text("".join(lines))
        (folder / "clamd.conf").write_text(
            f"LocalSocket {address}\nDatabaseDirectory {database}\nTemporaryDirectory {folder}\nForeground yes\n"
            f"StreamMaxLength {LARGEST}\nOfficialDatabaseOnly no\n"
        )
        log = (folder / "log").open("wb")
        server = subprocess.Popen([program, "-c", str(folder / "clamd.conf")], stdout=log, stderr=log)
        try:
            until = time.monotonic() + 30
            while not address.exists():
                assert server.poll() is None and time.monotonic() < until, (folder / "log").read_text()
                time.sleep(0.05)
            yield f"unix://{address}"
        finally:
            server.terminate()
            server.wait(20)
            log.close()


@contextmanager
def pretending(answer: bytes | None, *, reads: int = 1 << 30) -> Iterator[str]:
    """Reads so many bytes, says `answer` and hangs up; None: says nothing and holds the line."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line:
            line.settimeout(5)
            got = b""
            while len(got) < reads and not got.endswith(b"\0\0\0\0"):
                piece = line.recv(65536)
                if not piece:
                    return
                got = (got + piece)[-reads:]
            if answer is None:
                over.wait(20)
            else:
                line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
        thread.join(10)
