"""The throw-away process of one build: a job as JSON on standard input, one JSON line as the answer.

Started by `run.run_in_child` as a script with `-I`, so it finds the project by its own place. Needs no settings,
no database and no environment.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from documents.packets.limits import BuildLimits, put_up_walls

    answer = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not write into our answer
    job = json.load(sys.stdin)
    put_up_walls(BuildLimits(**job["limits"]), job["parent"])
    with os.fdopen(answer, "w", encoding="ascii") as out:
        json.dump(_run(job), out)


def _run(job: dict[str, Any]) -> dict[str, Any]:
    from documents.packets.errors import PacketFailed
    from documents.packets.plan import PacketInputs
    from documents.packets.run import build_packet

    try:
        sources = {document_id: Path(path) for document_id, path in job["sources"].items()}
        built = build_packet(PacketInputs.from_json(job["inputs"]), sources, Path(job["workdir"]))
    except PacketFailed as failure:
        detail = {"en": failure.detail.en, "zh": failure.detail.zh}
        return {
            "failed": failure.code,
            "detail": detail,
            "document_id": failure.document_id,
            "trace": failure.trace or _place(failure.__cause__),
        }
    except MemoryError:
        return {"failed": "memory_ran_out"}
    except Exception as fault:
        return {"failed": "build_broken", "trace": _place(fault)}
    return {"front_pages": built.manifest["front_pages"]}


def _place(fault: BaseException | None) -> str:
    """Type and place only: the words of a fault may quote a candidate's file."""
    if fault is None:
        return ""
    places, trace = [], fault.__traceback__
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(fault).__name__} at {' > '.join(places[-8:])}"


if __name__ == "__main__":
    main()
