"""A demo of its own for the browser: started as `make demo` starts it, on a free port and in a folder of its own."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0
T = TypeVar("T")


@dataclass(frozen=True)
class RunningDemo:
    folder: Path
    access: dict[str, Any]

    @property
    def url(self) -> str:
        return str(self.access["base_url"])

    def person(self, role: str) -> dict[str, str]:
        return next(row for row in self.access["staff"] if row["role"] == role)

    def code_for(self, email: str) -> str:
        """The six digits of the latest sign-in mail to this address, as they lie in the demo's mail folder."""
        return eventually(lambda: self._code_for(email), seconds=30)

    def _code_for(self, email: str) -> str:
        for file in sorted((self.folder / "mail").iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True):
            # A file may hold several mails, each followed by a line of dashes.
            for raw in reversed(re.split(rb"(?m)^-{70,}\n", file.read_bytes())):
                mail = message_from_bytes(raw, policy=policy.default)
                body = mail.get_body(("plain",)) if email in str(mail["To"]) else None
                if body and (found := re.search(r"^(\d{6})$", body.get_content(), re.MULTILINE)):
                    return found[1]
        return ""


@contextmanager
def running_demo(folder: Path) -> Iterator[RunningDemo]:
    # Its settings are its own; those of the test suite lie in this process's environment.
    inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "MAKELEVEL")}
    said = folder / "said.txt"
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "relo.running"],
            cwd=ROOT,
            env={**inherited, "RELO_VAR": str(folder), "PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _ready(process, folder, said)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(process: "subprocess.Popen[bytes]", folder: Path, said: Path) -> RunningDemo:
    access = folder / "demo.json"

    def answers() -> RunningDemo | None:
        assert process.poll() is None, f"the demo ended:\n{said.read_text()}"
        if not access.exists():
            return None
        demo = RunningDemo(folder, json.loads(access.read_text()))
        return demo if _is_ready(demo.url) else None

    return eventually(answers, seconds=START_SECONDS)


def _is_ready(url: str) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", "/health/ready/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def eventually(look: Callable[[], T | None], *, seconds: float) -> T:
    """The first answer that is something; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := look()):
        assert time.monotonic() < deadline, f"did not happen within {seconds:.0f} s"
        time.sleep(0.2)
    return answer
