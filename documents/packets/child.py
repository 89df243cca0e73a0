"""The processes of builds: one that has everything loaded and waits, and a throw-away child of it for each job.

Started by `builder.py` as a script with `-I`, so it finds the project by its own place. Needs no settings, no database
and no environment. A job comes in as one JSON line; what its child says goes out line by line, each in our own words,
so that a child which strangers' files took over cannot speak for the next job.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

MOST_SAID = 64 * 1024**2


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from documents.packets.limits import die_with_parent

    die_with_parent(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not write into our answer
    warm_up()
    for line in sys.stdin:
        _in_child(json.loads(line), answers)


def warm_up() -> None:
    """Load what every build needs, and lay out a small packet once: half of a first build is that."""
    import ctypes
    import gc

    import img2pdf  # noqa: F401
    import pikepdf  # noqa: F401
    from PIL import Image, JpegImagePlugin, PngImagePlugin  # noqa: F401

    import documents.packets.run  # noqa: F401
    from documents.packets.beside import has_threads
    from documents.packets.face import packet_fonts
    from documents.packets.warming import lay_out_sample

    with suppress(Exception):  # a missing font, a full disk: told by the build that meets it again
        lay_out_sample()
    if has_threads():
        packet_fonts.cache_clear()
    gc.collect()
    gc.freeze()  # so that children share these pages
    ctypes.CDLL(None).malloc_trim(0)  # what the sample took: every child would count it as its own


def _in_child(job: dict[str, Any], answers: IO[str]) -> None:
    from documents.packets.beside import forked

    parent = os.getpid()

    def work(out: IO[str]) -> None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        answers.close()
        _work(job, out, parent)

    child, reading = forked(work)
    left = MOST_SAID
    with os.fdopen(reading, "rb") as said:
        while left > 0 and (line := said.readline(left)):
            left -= len(line)
            _tell(answers, {"said": line.decode("ascii", "replace")})
    os.kill(child, signal.SIGKILL) if left <= 0 else None
    _, status, used = os.wait4(child, 0)
    _tell(answers, {"ended": os.waitstatus_to_exitcode(status), "peak_kib": used.ru_maxrss})


def _tell(out: IO[str], what: dict[str, Any]) -> None:
    out.write(json.dumps(what) + "\n")
    out.flush()


def _work(job: dict[str, Any], out: IO[str], parent: int) -> None:
    import gc

    from documents.packets.limits import BuildLimits, put_up_walls

    gc.disable()  # a process that ends with its job tidies nothing up
    put_up_walls(BuildLimits(**job["limits"]), parent)
    os.chdir(job["workdir"])
    _tell(out, {"answer": _answered(job, lambda step: _tell(out, {"step": step}))})


def _answered(job: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    from documents.packets.errors import told

    try:
        return {"built": _JOBS[job["kind"]](job, tell)}
    except Exception as fault:
        return told(fault)


def _packet(job: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    from documents.packets.inputs import PacketInputs
    from documents.packets.plan import plan_packet
    from documents.packets.run import assemble

    sources = {document_id: Path(path) for document_id, path in job["sources"].items()}
    plan = plan_packet(PacketInputs.from_json(job["inputs"]))
    return assemble(plan, sources, Path(job["workdir"]), tell).to_json()


def _copy(job: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    from documents.packets.copying import mark_as_copy

    mark_as_copy([Path(source) for source in job["sources"]], Path(job["target"]))
    return {}


def _paper(job: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    from documents.packets.papers import lay_out_paper

    lay_out_paper(job["paper"], Path(job["target"]))
    return {}


_JOBS = {"packet": _packet, "copy": _copy, "paper": _paper}


if __name__ == "__main__":
    main()
