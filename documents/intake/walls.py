"""The walls a child process puts around itself before it opens a file it does not trust. Linux only."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
from dataclasses import dataclass

from documents.intake.system_calls import refuse_system_calls


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 1024 * 1024 * 1024
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    file_bytes: int = 0
    open_files: int = 64
    processes: int = 64  # threads count; other processes are refused by the filter
    answer_bytes: int = 16 * 1024
    readable: tuple[str, ...] = ()  # folders that may be read all the same, such as fonts


_NOBODY = 65534
_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture
_BENEATH, _READ_FILES_AND_FOLDERS = 1, (1 << 2) | (1 << 3)
_M_ARENA_MAX = -8
_CAPSET = {"x86_64": 126, "aarch64": 91}


def raise_walls(limits: Limits, parent: int) -> tuple[str, ...]:
    """Give up every right the work does not need, for good; name the walls that stand.

    Everything the work imports must be imported before: afterwards no file can be opened by name. The limits and
    the first two walls exist on every Linux and fail loudly; the others depend on the kernel and on who runs us.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mallopt(_M_ARENA_MAX, 1)  # or each thread would take 64 MB of the memory allowed, unused
    _limit(limits)
    standing = ["limits"]
    if _leave_network(libc):
        standing.append("network_namespace")
    if _leave_user():
        standing.append("own_user")
    _die_with(libc, parent)
    standing.append("dies_with_parent")
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    standing.append("no_new_privileges")
    if _drop_capabilities(libc):
        standing.append("no_capabilities")
    if _leave_files(libc, limits.readable):
        standing.append("no_files")
    if refuse_system_calls(libc):
        standing.append("system_calls")
    if not {"network_namespace", "system_calls"} & set(standing):
        raise OSError("This kernel gives neither an empty network namespace nor a filter of system calls.")
    return tuple(standing)


def _limit(limits: Limits) -> None:
    for what, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_NPROC, limits.processes, limits.processes),
        (resource.RLIMIT_CORE, 0, 0),
        # SIGXCPU at the soft limit tells a file that used its time up from one that was killed for another reason.
        (resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1),
    ):
        _, most = resource.getrlimit(what)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(what, (soft, hard))


def _leave_network(libc: ctypes.CDLL) -> bool:
    spaces = _CLONE_NEWNET | _CLONE_NEWIPC
    if os.geteuid() == 0 and libc.unshare(spaces) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWUSER | spaces) == 0)


def _leave_user() -> bool:
    """As root, become nobody. Any other user stays: it has nowhere to go."""
    if os.geteuid() != 0:
        return False
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return False
    return True


def _die_with(libc: ctypes.CDLL, parent: int) -> None:
    # After the change of user, which clears it; and the parent may have gone before it was set.
    _prctl(libc, _PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _prctl(libc, _PR_SET_DUMPABLE, 0)


def _drop_capabilities(libc: ctypes.CDLL) -> bool:
    """A user namespace of our own came with every capability inside it."""
    number = _CAPSET.get(platform.machine())
    if number is None:
        return False
    header = struct.pack("=Ii", _LINUX_CAPABILITY_VERSION_3, 0)
    return bool(libc.syscall(number, header, bytes(24)) == 0)


def _leave_files(libc: ctypes.CDLL, readable: tuple[str, ...]) -> bool:
    """Landlock: nothing can be opened, made, renamed or removed by name, but for folders that may be read.

    Newer kernels also keep the process from TCP ports and from signalling processes outside.
    """
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    files = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    words = [(1 << files) - 1, 3 if version >= 4 else 0, 3 if version >= 6 else 0]
    count = 3 if version >= 6 else 2 if version >= 4 else 1
    rules = struct.pack(f"={count}Q", *words[:count])
    ruleset = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    try:
        for folder in filter(os.path.isdir, readable):
            at = os.open(folder, os.O_PATH | os.O_DIRECTORY)
            rule = struct.pack("=Qi", _READ_FILES_AND_FOLDERS, at)
            libc.syscall(_LANDLOCK_ADD, ruleset, _BENEATH, rule, 0)
            os.close(at)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
