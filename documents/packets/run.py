"""One build, from inputs to a file and its manifest: here, or in a throw-away process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from documents.packets.assemble import join, prepare
from documents.packets.errors import PacketFailed
from documents.packets.limits import BuildLimits
from documents.packets.manifest import packet_manifest
from documents.packets.plan import PacketInputs, PacketPlan, plan_packet
from documents.packets.render import render_front
from documents.packets.stamp import stamp_packet
from documents.packets.text import Text

FILE_NAME = "packet.pdf"
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class BuiltPacket:
    path: Path
    pages: int
    sha256: str
    size: int
    manifest: dict[str, Any]


def build_packet(
    inputs: PacketInputs,
    sources: Mapping[str, Path],
    workdir: Path,
    progress: Callable[[str], None] | None = None,
) -> BuiltPacket:
    """Build into `workdir`; `sources` maps each document's id to its plain file. Same inputs, same bytes."""
    tell = progress or (lambda step: None)
    plan = plan_packet(inputs)
    tell("rendering")
    front = render_front(plan, workdir / "front.pdf")
    tell("preparing")
    parts = prepare(plan, sources, workdir)
    tell("joining")
    joined = workdir / "joined.pdf"
    join(front.path, parts, joined)
    tell("stamping")
    stamp_packet(joined, plan, front, workdir / FILE_NAME)
    tell("sealing")
    return _sealed(plan, front.pages, workdir)


def run_in_child(
    inputs: PacketInputs, sources: Mapping[str, Path], workdir: Path, limits: BuildLimits | None = None
) -> BuiltPacket:
    """Build in a process with limits and no network; raises PacketFailed however that process ends."""
    plan = plan_packet(inputs)
    limits = limits or BuildLimits()
    job = {
        "inputs": inputs.to_json(),
        "sources": {document_id: str(path.resolve()) for document_id, path in sources.items()},
        "workdir": str(workdir.resolve()),
        "limits": asdict(limits),
        "parent": os.getpid(),
    }
    answer = _answer(json.dumps(job).encode("ascii"), workdir, limits)
    front_pages = answer.get("front_pages")
    if not isinstance(front_pages, int) or front_pages < 2:
        raise _failure(answer)
    # The child has opened strangers' files, so what is sealed is computed here, from our own inputs.
    return _sealed(plan, front_pages, workdir)


def _sealed(plan: PacketPlan, front_pages: int, workdir: Path) -> BuiltPacket:
    packet = workdir / FILE_NAME
    manifest = packet_manifest(plan, front_pages, packet)
    return BuiltPacket(packet, manifest["pages"], manifest["sha256"], manifest["size"], manifest)


def _answer(job: bytes, workdir: Path, limits: BuildLimits) -> dict[str, Any]:
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and script; no shell)
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Fontconfig wants a home to keep its cache in; the locale must not choose the glyphs.
        env={"PATH": os.defpath, "HOME": str(workdir.resolve()), "LC_ALL": "C.UTF-8"},
        cwd=workdir,
        start_new_session=True,
    )
    try:
        said, _ = child.communicate(job, timeout=limits.wall_seconds)
    except subprocess.TimeoutExpired:
        return {"failed": "time_ran_out", "trace": "wall clock"}
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
    if child.returncode == -signal.SIGXCPU:
        return {"failed": "time_ran_out", "trace": "cpu"}
    try:
        answer = json.loads(said)
    except ValueError:
        return {"failed": "build_broken", "trace": f"exit {child.returncode}"}
    return answer if isinstance(answer, dict) else {}


_DETAILS = {
    "time_ran_out": Text(
        "Building took longer than it may. Try once more; if it fails again, ask for smaller files.",
        "生成时间超出上限。请重试；若再次失败，请让对方提交较小的文件。",
    ),
    "memory_ran_out": Text(
        "The documents need more memory than a build may use. Ask for smaller files.",
        "材料占用的内存超出生成上限。请让对方提交较小的文件。",
    ),
}
_BROKEN = Text(
    "The packet could not be built for a reason relo does not know. Report this to the administrator.",
    "材料册生成失败，原因不明。请将此情况告知管理员。",
)


def _failure(answer: dict[str, Any]) -> PacketFailed:
    code, detail = str(answer.get("failed") or "build_broken"), answer.get("detail")
    document_id = answer.get("document_id")
    text = _DETAILS.get(code, _BROKEN)
    if isinstance(detail, dict):
        text = Text(str(detail.get("en", "")), str(detail.get("zh", "")))
    return PacketFailed(
        code,
        text,
        document_id if isinstance(document_id, str) else None,
        trace=str(answer.get("trace", "")),
    )
