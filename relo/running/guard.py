"""The process behind lifeline.Guard; run by its path in a bare interpreter, so it imports nothing of relo.

Reads `+GROUP` and `-GROUP` lines until its parent ends in whatever way, then ends the groups that are left and removes
the folders named as arguments.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_SECONDS = 5.0


def main() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    end(groups)
    for folder in sys.argv[1:]:
        shutil.rmtree(folder, ignore_errors=True)


def end(groups: set[int]) -> None:
    """Ask, wait, insist."""
    left = {group for group in groups if reaches(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = {group for group in left if reaches(group, 0)}
    for group in left:
        reaches(group, signal.SIGKILL)


def reaches(group: int, signum: int) -> bool:
    """Signal a process group; False when nobody is left in it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signum)
        return True
    return False


if __name__ == "__main__":
    main()
