"""Why a packet cannot be planned, or was not built. Plain exceptions: a build runs without Django or relo."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.packets.text import Text


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why no packet can be planned. `document_id` is None where no single document is at fault."""

    code: str
    document_id: str | None
    cure: Text


class PacketBlocked(Exception):
    """The inputs cannot become a packet. Every blocker is named, not only the first."""

    def __init__(self, blockers: list[Blocker]) -> None:
        super().__init__(", ".join(blocker.code for blocker in blockers))
        self.blockers = blockers


class PacketFailed(Exception):
    """The build stopped and nothing was made. `detail` says what a person can do about it."""

    def __init__(self, code: str, detail: Text, document_id: str | None = None, trace: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.document_id = document_id
        self.trace = trace  # where the code stood, for the error log; holds no values


class WorkLost(Exception):
    """A process beside this one gave no result. `code`: of the failure it comes to."""

    def __init__(self, code: str, trace: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.trace = trace


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def no_room(fault: BaseException) -> bool:
    """Whether the disk was full. qpdf tells of it in words alone."""
    if isinstance(fault, OSError) and fault.errno in _NO_ROOM:
        return True
    return isinstance(fault, Exception) and any(os.strerror(number) in str(fault) for number in _NO_ROOM)


def told(fault: Exception) -> dict[str, Any]:
    """A failure as it goes from one process to the next; nothing of what a fault says, but where it was raised."""
    if isinstance(fault, PacketFailed):
        return {
            "failed": fault.code,
            "detail": {"en": fault.detail.en, "zh": fault.detail.zh},
            "document_id": fault.document_id,
            "trace": fault.trace or _place(fault.__cause__),
        }
    if isinstance(fault, WorkLost):
        return {"failed": fault.code, "trace": fault.trace}
    if isinstance(fault, MemoryError):
        return {"failed": "memory_ran_out"}
    return {"failed": "no_room" if no_room(fault) else "build_broken", "trace": _place(fault)}


def heard(answer: dict[str, Any]) -> Exception:
    """What told() tells of."""
    if "detail" not in answer:
        return WorkLost(answer["failed"], answer.get("trace", ""))
    detail = Text(answer["detail"]["en"], answer["detail"]["zh"])
    return PacketFailed(answer["failed"], detail, answer["document_id"], answer["trace"])


def _place(fault: BaseException | None) -> str:
    """Type and place only: the words of a fault may quote a candidate's file."""
    if fault is None:
        return ""
    places, trace = [], fault.__traceback__
    while trace is not None:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(fault).__name__} at {' > '.join(places[-8:])}"
