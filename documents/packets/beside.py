"""Work in a process beside this one: two laying out at a time take half as long, which threads would not."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from documents.packets.errors import WorkLost, heard, told
from documents.packets.limits import die_with_parent


def has_threads() -> bool:
    """A fork has none but the one that made it, and waits forever for the others. From 1.52 on Pango keeps one for each
    set of fonts that was used; ours are not the only ones.
    """
    return len(os.listdir("/proc/self/task")) > 1


def forked(work: Callable[[IO[str]], None]) -> tuple[int, int]:
    """A fork of this process that does `work`, writing what it has to say, and ends: its id, and where it is heard."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "w", encoding="ascii") as out:
                work(out)
        finally:
            os._exit(0)
    os.close(writing)
    return child, reading


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Begin `work` in a fork of this process; its result is JSON. What is given waits for it, or raises.

    Where this process has threads, the work is done by whoever asks for its result. At the end of the block the fork is
    gone.
    """
    if has_threads():
        yield work
        return
    parent = os.getpid()

    def answer(out: IO[str]) -> None:
        die_with_parent(parent)
        out.write(_answer(work))

    child, reading = forked(answer)
    said, ended = os.fdopen(reading, encoding="ascii"), False

    def result() -> Any:
        nonlocal ended
        answer = said.read()
        _, status = os.waitpid(child, 0)
        ended = True
        if not answer:
            is_late = os.waitstatus_to_exitcode(status) == -signal.SIGXCPU
            raise WorkLost("time_ran_out" if is_late else "build_broken", f"beside: {status}")
        of_work = json.loads(answer)
        if "done" not in of_work:
            raise heard(of_work)
        return of_work["done"]

    try:
        yield result
    finally:
        said.close()
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _answer(work: Callable[[], Any]) -> str:
    try:
        return json.dumps({"done": work()})
    except Exception as fault:
        return json.dumps(told(fault))
