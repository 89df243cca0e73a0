"""What each process of a build may use, and the walls put up before a candidate's file is opened. Linux only.

Not those of intake: a build reads fonts and several files by name and writes into its work folder.
"""

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


@dataclass(frozen=True, slots=True)
class BuildLimits:
    memory: int = 2 * 1024**3
    cpu_seconds: int = 300
    wall_seconds: float = 420.0
    file_bytes: int = 4 * 1024**3
    open_files: int = 1024


def put_up_walls(limits: BuildLimits, parent: int) -> bool:
    """Whether the network is out of reach; the other walls stand on every Linux or fail loudly."""
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),  # a core file would hold passports
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
    ):
        _, most = resource.getrlimit(what)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(what, (soft, hard))
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    # A network of its own, with nothing in it. Where the kernel refuses, render.py's closed fetcher stands alone.
    alone = os.geteuid() == 0 and bool(libc.unshare(_CLONE_NEWNET) == 0)
    alone = alone or bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)
    die_with_parent(parent)
    return alone


def die_with_parent(parent: int) -> None:
    _prctl(ctypes.CDLL(None, use_errno=True), _PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # the parent went before it could be watched


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
