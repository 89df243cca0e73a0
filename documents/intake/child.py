"""The throw-away process: imports its job, raises the walls, then reads the file on its standard input.

Started by `sandbox.run_limited` as a script with `-I` (so it finds the project by its own place) and an empty
environment. What it makes goes into a second file, where one was handed in. It answers in two JSON lines: first which
walls stand, then how the job ended.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

Job = Callable[..., Mapping[str, object]]


def main() -> None:
    answer = _keep_answer_apart()
    try:
        request = json.loads(sys.argv[1])
        job, walls = _prepare(request)
    except Exception as fault:  # no untrusted byte has been read yet, so the whole story may be told
        _say(answer, {"broken": f"{type(fault).__name__}: {fault}"})
        os._exit(1)
    _say(answer, {"walls": walls})
    files: list[BinaryIO] = [os.fdopen(0, "rb")]
    if request["target"] is not None:
        files.append(os.fdopen(request["target"], "r+b"))
    _say(answer, _run(job, files, request["options"]))
    os._exit(0)  # nothing here is worth tidying up, and a broken heap may not survive it


def _prepare(request: Mapping[str, Any]) -> tuple[Job, tuple[str, ...]]:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from documents.intake.walls import Limits, raise_walls

    module, _, name = request["job"].partition(":")
    job: Job = getattr(import_module(module), name)
    limits = {**request["limits"], "readable": tuple(request["limits"]["readable"])}
    return job, raise_walls(Limits(**limits), request["parent"])


def _keep_answer_apart() -> int:
    """A library that prints must not write into our answer."""
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answer


def _run(job: Job, files: list[BinaryIO], options: Mapping[str, object]) -> Mapping[str, object]:
    try:
        answer = job(*files, **options)
        for file in files[1:]:
            file.flush()
        return {"ended": "answered", "answer": answer}
    except MemoryError:
        return {"ended": "memory"}
    except Exception as fault:
        if isinstance(fault, OSError) and fault.errno == errno.EFBIG:
            return {"ended": "file_size"}
        # The text of a fault may quote the file, and a file is private: only its type and place leave.
        return {"ended": "exception", "fault": type(fault).__name__, "at": _place(fault)}


def _place(fault: Exception) -> str:
    trace, at = fault.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "intake" in code.co_filename:
            at = f"{Path(code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return at


def _say(answer: int, message: Mapping[str, object]) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(answer, data) :]


if __name__ == "__main__":
    main()
