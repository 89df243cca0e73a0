"""Jobs that do to the throw-away process what a hostile file might make a decoder do."""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import BinaryIO

import pikepdf


def read(source: BinaryIO) -> Mapping[str, object]:
    return {"bytes": len(source.read()), "environment": dict(os.environ), "printed": print("noise")}  # noqa: T201


def reach_out(source: BinaryIO) -> Mapping[str, object]:
    return {
        "internet": _refused(lambda: socket.socket().connect(("192.0.2.1", 80))),
        "unix socket": _refused(lambda: socket.socket(socket.AF_UNIX)),
        "read a file": _refused(lambda: open("/etc/passwd")),
        "read the parent's environment": _refused(lambda: open(f"/proc/{os.getppid()}/environ")),
        "write a file": _refused(lambda: open("/tmp/relo-was-here", "w")),  # noqa: S108
        "list a folder": _refused(lambda: os.listdir("/")),
        "start a program": _refused(lambda: os.execv("/bin/true", ["true"])),  # noqa: S606
        "start a process": _refused(os.fork),
        "signal the parent": _refused(lambda: os.kill(os.getppid(), 0)),
        "take the limits off": _refused(_more_memory),
    }


def start_threads(source: BinaryIO) -> Mapping[str, object]:
    """As many as the limit allows, since libheif and its decoder cannot do without."""
    over, started = threading.Event(), 0
    try:
        for started in range(200):  # noqa: B007
            threading.Thread(target=over.wait, daemon=True).start()
    except RuntimeError:
        pass
    over.set()
    return {"started": started}


def take_memory(source: BinaryIO) -> Mapping[str, object]:
    return {"took": len(bytearray(2 * 1024 * 1024 * 1024))}


def never_end(source: BinaryIO) -> Mapping[str, object]:
    while True:
        pass


def sleep(source: BinaryIO) -> Mapping[str, object]:
    time.sleep(60)
    return {}


def hang_up_and_sleep(source: BinaryIO) -> Mapping[str, object]:
    os.closerange(1, 64)
    time.sleep(60)
    return {}


def crash(source: BinaryIO) -> Mapping[str, object]:
    ctypes.string_at(0)
    return {}


def fail(source: BinaryIO) -> Mapping[str, object]:
    raise ValueError(source.read().decode())


def talk(source: BinaryIO) -> Mapping[str, object]:
    return {"text": "x" * 10_000_000}


def talk_nonsense(source: BinaryIO) -> Mapping[str, object]:
    for answer in range(1, 16):
        try:
            os.write(answer, b"{" * 2000)
        except OSError:
            continue
    os._exit(0)


def write_script(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    pdf = pikepdf.open(source)
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    pdf.save(target)
    return {"facts": {"pages": 1}}


def write_nothing(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    return {"facts": {"pages": 1}}


def write_page_too_many(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    pdf = pikepdf.open(source)
    pdf.add_blank_page()
    pdf.save(target)
    return {"facts": {"pages": 1}}


def fill_the_disk(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    for _ in range(4):
        target.write(bytes(1024 * 1024))
    return {}


def break_converting(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    return crash(source)


def dawdle(source: BinaryIO, target: BinaryIO) -> Mapping[str, object]:
    return never_end(source)


def _more_memory() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))


def _refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except (OSError, ValueError):  # setrlimit says it with the latter
        return True
    return False
