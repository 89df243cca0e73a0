"""The warm process of this worker that builds packets: started when first needed, and again when it is gone."""

import atexit
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from documents.packets.errors import PacketFailed
from documents.packets.limits import BuildLimits
from documents.packets.text import Text

_CHILD = Path(__file__).with_name("child.py")
_lock = threading.Lock()
_running: "Builder | None" = None


class Gone(Exception):
    """The process ended before it answered."""


class Builder:
    def __init__(self) -> None:
        self.of = os.getpid()
        self.home = tempfile.mkdtemp(prefix="relo-builder-")
        self.process = subprocess.Popen(  # noqa: S603 (our own interpreter and script; no shell)
            [sys.executable, "-I", str(_CHILD), str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Fontconfig wants a home to keep its cache in, and the cut face lies there, to be gone with the process.
            # The locale must not choose the glyphs.
            env={"PATH": os.defpath, "HOME": self.home, "TMPDIR": self.home, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        self._jobs, self._answers = cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)
        self._read = b""

    def run(self, job: dict[str, Any], limits: BuildLimits, tell: Callable[[str], None]) -> dict[str, Any]:
        deadline = time.monotonic() + limits.wall_seconds
        try:
            self._jobs.write(json.dumps({**job, "limits": asdict(limits)}).encode("ascii") + b"\n")
            self._jobs.flush()
        except OSError as fault:
            raise Gone from fault
        answer: dict[str, Any] = {}
        while True:
            line = self._line(deadline)
            if line is None:
                self.end()
                return {"failed": "time_ran_out", "trace": "wall clock"}
            if "ended" in line:
                return {"peak_kib": line.get("peak_kib", 0), **(answer or _ended(int(line["ended"])))}
            said = _json(line["said"])
            if isinstance(said.get("answer"), dict):
                answer = said["answer"]
            elif isinstance(said.get("step"), str):
                tell(said["step"])

    def _line(self, deadline: float) -> dict[str, Any] | None:
        """None when time is over."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._answers, selectors.EVENT_READ)
            while b"\n" not in self._read:
                if not waiting.select(max(0.0, deadline - time.monotonic())):
                    return None
                piece = os.read(self._answers.fileno(), 1 << 16)
                if not piece:
                    raise Gone
                self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return _json(line)

    def end(self) -> None:
        if self.of != os.getpid():  # inherited by a fork: it is another worker's
            return
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self._jobs, self._answers):
            with suppress(OSError):  # what was written to a process that is gone
                pipe.close()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def is_alive(self) -> bool:
        return self.of == os.getpid() and self.process.poll() is None


def run_job(
    job: dict[str, Any], limits: BuildLimits | None = None, tell: Callable[[str], None] = lambda step: None
) -> dict[str, Any]:
    """The answer of a child of the warm process. One at a time: a worker builds one packet after another."""
    global _running
    limits = limits or BuildLimits()
    with _lock:
        for is_last in (False, True):
            if _running is None or not _running.is_alive:
                if _running is not None:
                    _running.end()
                _running = Builder()
            try:
                return _running.run(job, limits, tell)
            except Gone:
                _running.end()
                if is_last:
                    return {"failed": "build_broken", "trace": "the building process ended"}
            except BaseException:
                _running.end()  # the rest of this job's lines would answer the next one
                raise
    raise AssertionError


@atexit.register
def _end() -> None:
    if _running is not None:
        _running.end()


def run_copy(sources: list[Path], target: Path, workdir: Path) -> None:
    paths = [str(source) for source in sources]
    _done({"kind": "copy", "sources": paths, "target": str(target), "workdir": str(workdir)})


def run_paper(paper: dict[str, Any], target: Path, workdir: Path) -> None:
    """While somebody waits."""
    job = {"kind": "paper", "paper": paper, "target": str(target), "workdir": str(workdir)}
    _done(job, BuildLimits(cpu_seconds=8, wall_seconds=9.0))


def _done(job: dict[str, Any], limits: BuildLimits | None = None) -> None:
    answer = run_job(job, limits)
    if "built" not in answer:
        raise failure_of(answer)


def _ended(code: int) -> dict[str, Any]:
    if code == -signal.SIGXCPU:
        return {"failed": "time_ran_out", "trace": "cpu"}
    return {"failed": "build_broken", "trace": f"exit {code}"}


def _json(text: str | bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


_DETAILS = {
    "time_ran_out": Text(
        "Building took longer than it may. Try once more; if it fails again, ask for smaller files.",
        "生成时间超出上限。请重试；若再次失败，请让对方提交较小的文件。",
    ),
    "memory_ran_out": Text(
        "The documents need more memory than a build may use. Ask for smaller files.",
        "材料占用的内存超出生成上限。请让对方提交较小的文件。",
    ),
    "no_room": Text(
        "There was no room left on the server's disk to build it. Tell whoever runs this installation, "
        "then request it again.",
        "服务器磁盘空间不足，无法生成。请告知系统管理员，然后重新申请。",
    ),
}
_BROKEN = Text(
    "The packet could not be built for a reason relo does not know. Report this to the administrator.",
    "材料册生成失败，原因不明。请将此情况告知管理员。",
)


def failure_of(answer: dict[str, Any]) -> PacketFailed:
    code, detail = str(answer.get("failed") or "build_broken"), answer.get("detail")
    document_id = answer.get("document_id")
    text = _DETAILS.get(code, _BROKEN)
    if isinstance(detail, dict):
        text = Text(str(detail.get("en", "")), str(detail.get("zh", "")))
    return PacketFailed(
        code,
        text,
        document_id if isinstance(document_id, str) else None,
        trace=str(answer.get("trace", "")),
    )
