"""No child outlives the supervisor, not even when that is killed and can clean up nothing."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> Callable[[], None]:
    """For a child to call before it becomes its program: the kernel sends it SIGTERM when its parent dies."""
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def ask_the_kernel() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:  # it died before we could ask
                os._exit(1)

    return ask_the_kernel


def signal_group(group: int, signum: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signum)


class Guard:
    """Waits beside this process for its end, then ends the process groups and removes the folders it left behind.

    The kernel's signal alone is not enough: it reaches direct children only, and once, and a Celery worker takes
    SIGTERM as a wish to finish its task first.
    """

    def __init__(self, *, folders: Iterable[Path] = (), keeps_open: Iterable[int] = ()) -> None:
        # A bare interpreter (a few MB), in a session that neither ctrl-C nor a signal to our group reaches.
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
            [sys.executable, "-I", "-S", "guard.py", *map(str, folders)],
            cwd=Path(__file__).parent,
            stdin=subprocess.PIPE,
            pass_fds=tuple(keeps_open),
            start_new_session=True,
        )

    def watch_this_process(self) -> None:
        """For a child to call before it becomes its program, at the head of its group: said by its parent after that, a
        parent that is killed in between would leave behind what the child has started meanwhile."""
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a guard that was killed is no reason not to start
        self._tell(f"+{os.getpid()}\n")
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def dismiss(self) -> None:
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):  # the guard was killed; the kernel's signal remains
                os.write(
                    self._process.stdin.fileno(), line.encode("ascii")
                )  # whole: parent and children share the pipe
