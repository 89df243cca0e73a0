import contextlib
import sys
import time
from collections.abc import Iterator


class Console:
    """What the demo says while it works: one calm line a step, with the time it took."""

    def __init__(self) -> None:
        self._inside_step = False

    def say(self, text: str = "") -> None:
        self._write(f"\n{text}\n" if self._inside_step else f"{text}\n")
        self._inside_step = False

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        self._write(f"{name} ... ")
        self._inside_step = True
        try:
            yield
        except BaseException:
            if self._inside_step:
                self._write("not done\n")
                self._inside_step = False
            raise
        took = f"{time.monotonic() - started:.1f} s"
        self._write(f"{took}\n" if self._inside_step else f"{name}: {took}\n")
        self._inside_step = False

    def _write(self, text: str) -> None:
        # A closed terminal or pipe is no reason to stop, least of all in the middle of stopping.
        with contextlib.suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()
