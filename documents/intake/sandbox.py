"""Runs one job on one untrusted file in a throw-away process, and survives whatever becomes of it.

The limits are set by the child on itself (walls.py): `preexec_fn` is not safe in a process with threads, such as a
gunicorn worker, and `multiprocessing` refuses to start children of Celery's daemonic workers.
"""

from __future__ import annotations

import json
import math
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from documents.intake.walls import Limits

_CHILD = Path(__file__).with_name("child.py")

# A person waits for the answer to an upload, and no request may take longer than ten seconds.
WHILE_SOMEONE_WAITS = Limits(cpu_seconds=8, wall_seconds=9.0)


class TimeLeft:
    """Limits for the steps that follow upon one file: they share one span of time, from now on."""

    def __init__(self, limits: Limits = WHILE_SOMEONE_WAITS) -> None:
        self._limits = limits
        self._until = time.monotonic() + limits.wall_seconds

    def limits(self, *, least: float = 0.5) -> Limits | None:
        """For the next step; None where less than `least` seconds are left for it."""
        left = self._until - time.monotonic()
        if left < least:
            return None
        return replace(self._limits, cpu_seconds=min(self._limits.cpu_seconds, math.ceil(left)), wall_seconds=left)


class SandboxError(RuntimeError):
    """The child never got as far as the file: our fault or the machine's, so the file is not to blame."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ended` is `answered`, or what stopped the child.

    cpu, memory, wall_clock, file_size: a limit; killed: from outside, or by the machine for want of memory; signal,
    exit: a crash; exception: a fault of the job; answer: it said too much, or what nobody understands.
    """

    ended: str
    walls: tuple[str, ...]
    answer: Mapping[str, object] = field(default_factory=dict)
    trace: Mapping[str, object] = field(default_factory=dict)


def run_limited(
    job: str, source: int, limits: Limits | None = None, *, target: int | None = None, **options: object
) -> Outcome:
    """Run `module:function` in a child that reads the file descriptor `source` from its start.

    What the child makes it writes into the file descriptor `target`, which must be a file in memory.

    What the child says is as untrusted as the file it has read: callers check every value they take from `answer`.
    """
    limits = limits or Limits()
    os.lseek(source, 0, os.SEEK_SET)
    request = json.dumps(
        {"job": job, "limits": asdict(limits), "parent": os.getpid(), "target": target, "options": options}
    )
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and script; no shell)
        [sys.executable, "-I", str(_CHILD), request],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        pass_fds=() if target is None else (target,),
        cwd="/",
        start_new_session=True,
    )
    assert child.stdout is not None  # noqa: S101 (PIPE was asked for)
    deadline = time.monotonic() + limits.wall_seconds
    try:
        said, stopped = _listen(child.stdout.fileno(), limits.answer_bytes, deadline)
        if stopped is None:
            stopped = _wait(child, deadline)
    finally:
        _end(child)
        child.stdout.close()
    return _outcome(said, stopped, child.returncode)


def _listen(pipe: int, most: int, deadline: float) -> tuple[bytes, str | None]:
    said = bytearray()
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return bytes(said), "wall_clock"
        piece = os.read(pipe, 65536)
        if not piece:
            return bytes(said), None
        said += piece
        if len(said) > most:
            return bytes(said), "answer"


def _wait(child: subprocess.Popen[bytes], deadline: float) -> str | None:
    try:
        child.wait(timeout=max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:
        return "wall_clock"
    return None


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.returncode is None:
        # Its own session, so the group holds the child and whatever it may have started.
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _outcome(said: bytes, stopped: str | None, returncode: int) -> Outcome:
    first, _, second = said.partition(b"\n")
    names = (ready := _message(first) or {}).get("walls")
    if not isinstance(names, list):
        reason = ready.get("broken") or stopped or f"exit {returncode}"
        raise SandboxError(f"The child ended before it opened the file: {reason}")
    walls = tuple(str(name) for name in names)
    if stopped is not None:
        return Outcome(stopped, walls)
    if returncode != 0:
        return Outcome(_cause(returncode), walls, trace={"exit": returncode})
    message = _message(second)
    if message is None:
        return Outcome("answer", walls)
    ended, answer = message.get("ended"), message.get("answer")
    if ended == "answered" and isinstance(answer, dict):
        return Outcome("answered", walls, answer)
    if ended == "exception":
        return Outcome("exception", walls, trace={key: _plain(message.get(key)) for key in ("fault", "at")})
    return Outcome(str(ended) if ended in ("memory", "file_size") else "answer", walls)


def _cause(returncode: int) -> str:
    if returncode == -signal.SIGXCPU:
        return "cpu"
    if returncode == -signal.SIGKILL:
        return "killed"
    return "signal" if returncode < 0 else "exit"


def _message(line: bytes) -> dict[str, object] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _plain(value: object) -> str:
    """A word for a log line, whoever wrote it."""
    return re.sub(r"[^A-Za-z0-9_.:]", "", value)[:80] if isinstance(value, str) else ""
