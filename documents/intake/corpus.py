"""`python -m documents.intake.corpus DIR`: what becomes of every file of a folder, and whether that is right.

DIR holds `files/` and `index.tsv` (file, class, expected, tolerated, …); without an index each file must be accepted.
Exits with 1 when one verdict is another than expected or tolerated, a derivative holds more than pages, or it took too
long.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import category

from documents.intake.convert import PAGE_SIDE, THUMBNAIL_SIDE, converted, drawn
from documents.intake.derivative import more_than_pages
from documents.intake.inspect import inspect_file
from documents.intake.sandbox import TimeLeft
from documents.intake.walls import Limits

MOST_USUALLY, MOST_EVER = 5.0, 95.0  # seconds: of nineteen in twenty, and of each
_ACCEPTED, _NORMALISED, _REFUSED = "accept", "accept-after-normalise", "reject"


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    kind: str
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    row: Row
    verdict: str
    says: str
    seconds: float
    faults: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        # Every accepted file has a working copy beside it, so it is accepted as it is and normalised.
        given = {_REFUSED} if self.verdict == _REFUSED else {_ACCEPTED, _NORMALISED}
        return not self.faults and bool(given & self.row.right)


def rows_of(folder: Path) -> Iterator[Row]:
    index = folder / "index.tsv"
    if not index.exists():
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix not in (".md", ".py"):
                yield Row(path.name, "valid", frozenset({_ACCEPTED}))
        return
    for line in index.read_text("utf-8").splitlines()[1:]:
        if line.strip():
            name, kind, expected, tolerated, *_ = [*line.split("\t"), "", "", ""]
            right = {expected} if kind.startswith("valid") and _REFUSED not in expected else {expected, tolerated}
            right |= {_ACCEPTED} if kind.startswith("valid") else set()
            yield Row(json.loads(name) if kind == "name" else name, kind, frozenset(right - {""}))


def try_file(path: Path, row: Row, scratch: Path) -> Result:
    began = time.monotonic()
    faults: list[str] = []
    time_left = TimeLeft(Limits())  # a worker's, as where a request has no more
    with path.open("rb") as source:
        verdict = inspect_file(source, row.name)
        says, decided = verdict.code or "", _REFUSED
        if verdict.ok:
            with converted(source, verdict, time_left) as conversion:
                if conversion.copy is None:
                    says = conversion.refused.code or "" if conversion.refused else "took too long"
                else:
                    decided, says = _ACCEPTED, f"{verdict.kind}, {verdict.pages} p. {' '.join(verdict.removes)}".strip()
                    copy = scratch / "copy.pdf"
                    copy.write_bytes(conversion.copy.read())
                    wanted = [(1, PAGE_SIDE), (1, THUMBNAIL_SIDE)]
                    drawing = drawn(conversion.copy, wanted, time_left.limits() or Limits())
                    if drawing is None or not drawing.pictures:
                        faults.append("not drawn")
        seconds = time.monotonic() - began
    if decided == _ACCEPTED:
        faults += more_than_pages(copy, scratch)
    return Result(row, decided, says, seconds, tuple(faults))


def try_folder(folder: Path) -> list[Result]:
    files = folder / "files" if (folder / "files").is_dir() else folder
    with TemporaryDirectory() as scratch:
        return [try_file(files / row.name, row, Path(scratch)) for row in rows_of(folder)]


def table(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        name = "".join("\N{REPLACEMENT CHARACTER}" if category(sign)[0] == "C" else sign for sign in result.row.name)
        mark = "ok  " if result.is_right else "MISS"
        expected = "/".join(sorted(result.row.right))
        yield f"{mark} {name:38} {result.verdict:7} {result.seconds:5.2f} s  {result.says}  [{expected}]"
        yield from (f"     {fault}" for fault in result.faults)
    usually, ever = times_of(results)
    missed = sum(not result.is_right for result in results)
    yield f"{len(results)} files, {missed} missed; p95 {usually:.2f} s, longest {ever:.2f} s"


def times_of(results: Sequence[Result]) -> tuple[float, float]:
    times = sorted(result.seconds for result in results)
    return times[max(0, -(-len(times) * 95 // 100) - 1)], times[-1]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("Name one folder: python -m documents.intake.corpus DIR\n")
        return 2
    results = try_folder(Path(arguments[0]))
    if not results:
        sys.stderr.write("There is no file in this folder.\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in table(results))
    usually, ever = times_of(results)
    return 0 if all(row.is_right for row in results) and usually <= MOST_USUALLY and ever <= MOST_EVER else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
