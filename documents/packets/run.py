"""One build, from inputs to a file and its manifest: here, or in a throw-away process."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from documents.packets.assemble import Prepared, joined, prepare
from documents.packets.builder import failure_of, run_job
from documents.packets.errors import Blocker, PacketFailed
from documents.packets.inputs import PacketInputs
from documents.packets.limits import BuildLimits
from documents.packets.manifest import packet_manifest, sha256_of
from documents.packets.plan import Matter, PacketPlan, plan_packet, split
from documents.packets.preflight import warnings
from documents.packets.render import FrontMatter, render_front
from documents.packets.stamp import digests_of_pages, stamp_packet
from documents.packets.text import Text

FILE_NAME = "packet.pdf"
_SHA256 = re.compile("[0-9a-f]{64}")
_SPLITS = 3
WRITTEN = "sealing"  # the step from which on the files no longer change
MATTER_BYTES = 2_500_000  # at most, for cover, contents and registers, each with the faces they are set in


@dataclass(frozen=True, slots=True)
class Volume:
    path: Path
    pages: int
    sha256: str
    size: int
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BuiltPacket:
    """The first volume's path, pages and so on: most packets have no other."""

    volumes: tuple[Volume, ...]
    warnings: tuple[Blocker, ...] = ()
    peak_kib: int = 0  # of the largest of the processes that built it

    @property
    def path(self) -> Path:
        return self.volumes[0].path

    @property
    def pages(self) -> int:
        return self.volumes[0].pages

    @property
    def sha256(self) -> str:
        return self.volumes[0].sha256

    @property
    def size(self) -> int:
        return self.volumes[0].size

    @property
    def manifest(self) -> dict[str, Any]:
        return self.volumes[0].manifest


@dataclass(frozen=True, slots=True)
class Assembled:
    """What cannot be told from the inputs alone."""

    volumes: tuple[int, ...]
    matter: tuple[Matter, ...]
    digests: tuple[list[str], ...]
    warnings: tuple[Blocker, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any], plan: PacketPlan) -> "Assembled":
        """From a process that opened strangers' files: what it says must fit the plan."""
        made = cls(
            tuple(int(count) for count in told["volumes"]),
            tuple(Matter(int(row["front"]), int(row["back"])) for row in told["matter"]),
            tuple([_digest(one) for one in row] for row in told["digests"]),
            tuple(
                Blocker(str(row["code"]), row["document_id"], Text(str(row["cure"]["en"]), str(row["cure"]["zh"])))
                for row in told["warnings"]
            ),
        )
        if sum(made.volumes) != len(plan.parts) or not len(made.volumes) == len(made.matter) == len(made.digests):
            raise ValueError
        return made


def _digest(told: Any) -> str:
    if not isinstance(told, str) or not _SHA256.fullmatch(told):
        raise ValueError
    return told


def build_packet(
    inputs: PacketInputs,
    sources: Mapping[str, Path],
    workdir: Path,
    progress: Callable[[str], None] | None = None,
) -> BuiltPacket:
    """Build into `workdir`; `sources` gives each document's file, laid by lay_source(). Same inputs: same bytes."""
    plan = plan_packet(inputs)
    assembled = assemble(plan, sources, workdir, progress or (lambda step: None))
    return _sealed(plan, assembled, _fingerprints(workdir), workdir)


def assemble(plan: PacketPlan, sources: Mapping[str, Path], workdir: Path, tell: Callable[[str], None]) -> Assembled:
    tell("preparing")
    prepared = prepare(plan, sources, workdir)
    plan, fronts = _set(plan, prepared, workdir, tell)
    for volume, front in enumerate(fronts, start=1):
        tell("joining")
        before = sum(plan.volumes[: volume - 1])
        parts = prepared.paths[before : before + plan.volumes[volume - 1]]
        with joined([front.before, *parts, front.after]) as pdf:
            tell("stamping")
            stamp_packet(pdf, plan, front, volume, workdir / file_name(volume))
        del pdf  # closed, it would keep what it knows of each page beside what the digests come to know
        _check_limits(plan, front.pages, volume, workdir / file_name(volume))
    tell(WRITTEN)
    digests = tuple(digests_of_pages(workdir / file_name(volume)) for volume in range(1, len(plan.volumes) + 1))
    return Assembled(plan.volumes, tuple(front.pages for front in fronts), digests, prepared.warnings)


def _set(
    plan: PacketPlan, prepared: Prepared, workdir: Path, tell: Callable[[str], None]
) -> tuple[PacketPlan, list[FrontMatter]]:
    """Cover, contents and registers of each volume; the more of them there are, the fewer documents a volume holds."""
    matter = Matter(len(plan.parts) // 16 + 2, len(plan.parts) // 8 + 2)
    sizes = [path.stat().st_size for path in prepared.paths]
    for _ in range(_SPLITS):
        plan = split(plan, sizes, matter, MATTER_BYTES)
        tell("rendering")
        fronts = [render_front(plan, workdir, volume) for volume in range(1, len(plan.volumes) + 1)]
        found = Matter(max(f.pages.front for f in fronts), max(f.pages.back for f in fronts))
        if plan.inputs.most_pages is None or all(
            plan.total(front.pages, volume) <= plan.inputs.most_pages for volume, front in enumerate(fronts, start=1)
        ):
            break
        matter = Matter(max(matter.front, found.front) + 1, max(matter.back, found.back) + 1)
    return plan, fronts


def _check_limits(plan: PacketPlan, matter: Matter, volume: int, target: Path) -> None:
    most_pages, most_bytes = plan.inputs.most_pages, plan.inputs.most_bytes
    pages, size = plan.total(matter, volume), target.stat().st_size
    if (most_pages is not None and pages > most_pages) or (most_bytes is not None and size > most_bytes):
        first, last = plan.parts_of(volume)[0].position, plan.parts_of(volume)[-1].position
        raise PacketFailed(
            "over_limit_with_contents",
            Text(
                f"The part with the documents {first} to {last} has {pages} pages and {size / 1e6:.1f} MB "
                "with its cover and contents, more than one file may have. Raise the limit, or ask for smaller files.",
                f"收录第 {first} 至 {last} 项材料的分册连同封面和目录共 {pages} 页、"
                f"{size / 1e6:.1f} MB，超过单个文件的上限。"
                "请提高上限，或让对方提交较小的文件。",
            ),
        )


def file_name(volume: int) -> str:
    return FILE_NAME if volume == 1 else f"packet-{volume}.pdf"


def run_in_child(
    inputs: PacketInputs,
    sources: Mapping[str, Path],
    workdir: Path,
    limits: BuildLimits | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> BuiltPacket:
    """Build in a process with limits and no network; raises PacketFailed however that process ends."""
    plan = plan_packet(inputs)
    job = {
        "kind": "packet",
        "inputs": inputs.to_json(),
        "sources": {document_id: str(path.resolve()) for document_id, path in sources.items()},
        "workdir": str(workdir.resolve()),
    }
    with ThreadPoolExecutor(1) as beside:
        written: list[Future[list[str]]] = []

        def heard(step: str) -> None:
            if step == WRITTEN:  # a second time where the first process ended and another began anew
                written.append(beside.submit(_fingerprints, workdir))
            progress(step)

        answer = run_job(job, limits, heard)
    if "built" not in answer:
        raise failure_of(answer)
    try:
        assembled = Assembled.from_json(answer["built"], plan)
    except (KeyError, TypeError, ValueError) as fault:
        raise failure_of({}) from fault
    # The child has opened strangers' files, so what is sealed is computed here, from our own inputs.
    fingerprints = written[-1].result() if written else []
    if len(fingerprints) != len(assembled.volumes):
        raise failure_of({})
    return replace(_sealed(plan, assembled, fingerprints, workdir), peak_kib=int(answer["peak_kib"]))


def _fingerprints(workdir: Path) -> list[str]:
    found: list[str] = []
    while (path := workdir / file_name(len(found) + 1)).exists():
        found.append(sha256_of(path))
    return found


def _sealed(plan: PacketPlan, assembled: Assembled, fingerprints: Sequence[str], workdir: Path) -> BuiltPacket:
    plan = PacketPlan(plan.inputs, plan.parts, assembled.volumes)
    volumes = []
    told = zip(assembled.matter, assembled.digests, fingerprints, strict=True)
    for volume, (matter, digests, sha256) in enumerate(told, start=1):
        path = workdir / file_name(volume)
        manifest = packet_manifest(plan, matter, path.stat().st_size, sha256, digests, volume)
        volumes.append(Volume(path, manifest["pages"], manifest["sha256"], manifest["size"], manifest))
    return BuiltPacket(tuple(volumes), (*warnings(plan.inputs), *assembled.warnings))
