"""A seccomp filter, as raw BPF: what no decoder needs is refused by the kernel. Runs only in the throw-away child."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# name: (x86_64, aarch64). A list of what is refused, not of what is allowed: decoders differ in what they call
# from one release of the C library to the next, and a file of an honest person must not be refused for that.
# None: that architecture has no such call.
_REFUSED: dict[str, tuple[int, int | None]] = {
    "socket": (41, 198),
    "connect": (42, 203),
    "accept": (43, 202),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "bind": (49, 200),
    "listen": (50, 201),
    "socketpair": (53, 199),
    "accept4": (288, 242),
    "sendmmsg": (307, 269),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "prlimit64": (302, 261),
    "setrlimit": (160, 164),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
}
# Threads of its own the work may have (libheif cannot do without), other processes not. clone3 keeps its flags where no
# filter can see them; told that there is no such call, the C library falls back on clone.
_CLONE, _CLONE3, _CLONE_THREAD = (56, 220), (435, 435), 0x00010000
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_KILL_PROCESS, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_X32_BIT = 0x40000000  # x86_64's second numbering of the same calls


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def refuse_system_calls(libc: ctypes.CDLL) -> bool:
    """Lay the filter over this process for good; False where the machine or its kernel cannot."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    column, architecture = machine
    numbers = sorted({number for row in _REFUSED.values() if (number := row[column]) is not None})
    rules = _assemble(numbers, architecture, _CLONE[column], _CLONE3[column])
    code = ctypes.create_string_buffer(rules, len(rules))
    program = _Program(len(rules) // 8, ctypes.cast(code, ctypes.c_void_p))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def _assemble(numbers: list[int], architecture: int, clone: int, clone3: int) -> bytes:
    def step(code: int, value: int, on_true: int = 0, on_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, on_true, on_false, value)

    rules = [
        step(_LOAD, _AT_ARCHITECTURE),
        step(_JUMP_EQUAL, architecture, 1, 0),
        step(_RETURN, _KILL_PROCESS),
        step(_LOAD, _AT_NUMBER),
        step(_JUMP_GREATER_EQUAL, _X32_BIT, 0, 1),
        step(_RETURN, _KILL_PROCESS),
        step(_JUMP_EQUAL, clone3, 0, 1),
        step(_RETURN, _ERRNO | errno.ENOSYS),
        step(_JUMP_EQUAL, clone, 0, 4),
        step(_LOAD, _AT_FIRST_ARGUMENT),
        step(_JUMP_IF_SET, _CLONE_THREAD, 0, 1),
        step(_RETURN, _ALLOW),
        step(_RETURN, _ERRNO | errno.EPERM),
    ]
    # Each match jumps over the matches left and the ALLOW behind them, to the refusal at the end.
    rules += [step(_JUMP_EQUAL, number, len(numbers) - at, 0) for at, number in enumerate(numbers)]
    rules += [step(_RETURN, _ALLOW), step(_RETURN, _ERRNO | errno.EPERM)]
    return b"".join(rules)
