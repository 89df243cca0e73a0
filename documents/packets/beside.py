"""Work in a process beside this one: two laying out at a time take half as long, which threads would not."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from documents.packets.errors import PLACE, PacketFailed, place_of
from documents.packets.limits import die_with_parent

T = TypeVar("T")


class WorkLost(Exception):
    """The process ended before it answered. `code`: as a build's failure."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.code = "time_ran_out" if os.waitstatus_to_exitcode(status) == -signal.SIGXCPU else "build_broken"


def has_threads() -> bool:
    """A fork has none but the one that made it, and waits forever for the others. From 1.52 on Pango keeps one for each
    set of fonts that was used; ours are not the only ones.
    """
    return len(os.listdir("/proc/self/task")) > 1


@contextmanager
def beside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin `work` in a fork of this process. What is given waits for its result, or raises what it raised.

    Where this process has threads, the work is done by whoever asks for its result. At the end of the block the fork is
    gone.
    """
    if has_threads():
        yield work
        return
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            die_with_parent(parent)
            with os.fdopen(writing, "wb") as out:
                out.write(_answer(work))
        finally:
            os._exit(0)
    os.close(writing)
    told, ended = os.fdopen(reading, "rb"), False

    def result() -> T:
        nonlocal ended
        answer = told.read()
        _, status = os.waitpid(child, 0)
        ended = True
        if not answer:
            raise WorkLost(status)
        return _opened(answer)  # type: ignore[no-any-return]

    try:
        yield result
    finally:
        told.close()
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _answer(work: Callable[[], Any]) -> bytes:
    try:
        return pickle.dumps((work(), None))
    except PacketFailed as failure:
        failure.trace = failure.trace or place_of(failure.__cause__)
        return pickle.dumps((None, failure))
    except Exception as fault:
        place = place_of(fault)  # what is pickled has no traceback
        try:
            pickle.loads(pickle.dumps(fault))  # noqa: S301 (our own)
        except Exception:
            fault = RuntimeError(type(fault).__name__)
        fault.__dict__[PLACE] = place
        return pickle.dumps((None, fault))


def _opened(answer: bytes) -> Any:
    result, fault = pickle.loads(answer)  # noqa: S301 (from a fork of this very process)
    if fault is not None:
        raise fault
    return result
