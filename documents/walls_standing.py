"""Which walls the throw-away process has on this machine: for /health/ready/, which anybody may ask."""

import logging
import time
from threading import Lock

from documents.intake.inspect import file_in_memory
from documents.intake.sandbox import SandboxError, run_limited
from documents.intake.walls import Limits

log = logging.getLogger(__name__)

_FOR = 300.0
_asking = Lock()
_known: tuple[float, list[str]] | None = None


def walls() -> list[str]:
    """By starting one, at most once in five minutes; empty where none can be started, and then no file is taken."""
    global _known
    with _asking:
        if _known is None or _known[0] < time.monotonic():
            _known = (time.monotonic() + _FOR, _try())
        return _known[1]


def _try() -> list[str]:
    with file_in_memory() as file:
        try:
            return list(run_limited("documents.intake.refused:nothing", file, Limits(wall_seconds=5.0)).walls)
        except (SandboxError, OSError) as failure:
            log.warning("health.walls", extra={"error": type(failure).__name__})
            return []
