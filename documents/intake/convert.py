"""From an inspected file to its working copy and the pictures of its pages, each made in a throw-away process."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, NamedTuple

from documents.intake.figures import figures_of
from documents.intake.inspect import file_in_memory, in_memory, measured, seal
from documents.intake.sandbox import Outcome, TimeLeft, run_limited
from documents.intake.verdicts import MAX_PAGES, Kind, Verdict, refusal
from documents.intake.walls import Limits

log = logging.getLogger(__name__)

_JOBS: Mapping[Kind, str] = {
    "pdf": "documents.intake.rewriting:pdf",
    "jpeg": "documents.intake.sheets:jpeg",
    "png": "documents.intake.sheets:png",
    "heic": "documents.intake.heic:sheets",
    "tiff": "documents.intake.sheets:tiff",
    "webp": "documents.intake.sheets:webp",
}
# A scan of many pages grows when it leaves the packing of its own format.
MOST_BYTES = 200 * 1024 * 1024
_RAN_OUT = ("cpu", "wall_clock")
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts")

PAGE_SIDE, THUMBNAIL_SIDE = 1400, 240
_MOST_PICTURE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Conversion:
    """A copy that was made and looked at again; or a verdict that refuses; or neither: time ran out."""

    copy: BinaryIO | None = None
    pages: int = 0
    refused: Verdict | None = None
    walls: tuple[str, ...] = ()

    @property
    def ran_out(self) -> bool:
        return self.copy is None and self.refused is None


@contextmanager
def converted(source: BinaryIO, verdict: Verdict, time_left: TimeLeft) -> Iterator[Conversion]:
    """The working copy of a file that `inspect_file` let pass, as long as the block lasts."""
    with in_memory(source) as original, file_in_memory() as made:
        _, digest, _ = measured(original)
        if digest != verdict.evidence.get("sha256"):
            raise ValueError("not the file that was inspected")
        conversion = _made(original, made, verdict, time_left)
        if not conversion.pages:
            yield conversion
            return
        with os.fdopen(os.dup(made), "rb") as copy:
            copy.seek(0)
            yield replace(conversion, copy=copy)


def _made(original: int, made: int, verdict: Verdict, time_left: TimeLeft) -> Conversion:
    limits = time_left.limits()
    if limits is None or verdict.kind is None:
        return Conversion()
    outcome = run_limited(_JOBS[verdict.kind], original, replace(limits, file_bytes=MOST_BYTES), target=made)
    seal(made)
    if outcome.ended in _RAN_OUT:
        return Conversion(walls=outcome.walls)
    if outcome.ended != "answered" or _pages(outcome) != verdict.pages:
        return Conversion(refused=_refused(outcome, verdict), walls=outcome.walls)
    # By a process that has not seen the original: whatever made the copy may have been taken over by it.
    limits = time_left.limits()
    again = run_limited("documents.intake.pdf:verify", made, limits) if limits else None
    if again is None or again.ended in _RAN_OUT:
        return Conversion(walls=outcome.walls)
    if again.ended != "answered" or _pages(again) != verdict.pages:
        return Conversion(refused=_refused(again, verdict), walls=outcome.walls)
    return Conversion(pages=verdict.pages, walls=outcome.walls)


class Drawing(NamedTuple):
    """JPEGs, and what was measured of the first page that was asked for."""

    pictures: list[bytes]
    measures: dict[str, float]


def drawn(copy: BinaryIO, wanted: Sequence[tuple[int, int]], limits: Limits) -> Drawing | None:
    """Pages of a working copy, each asked for as (page, longest side).

    No pictures where they cannot be drawn; None where the process was ended before it could tell.
    """
    with in_memory(copy, MOST_BYTES) as source, file_in_memory() as target:
        most = len(wanted) * _MOST_PICTURE_BYTES
        outcome = run_limited(
            "documents.intake.drawing:draw",
            source,
            replace(limits, file_bytes=most, readable=FONTS),
            target=target,
            pages=[page for page, _ in wanted],
            longest=[longest for _, longest in wanted],
        )
        seal(target)
        answer = outcome.answer.get("facts") if outcome.ended == "answered" else None
        facts = answer if isinstance(answer, dict) else {}
        sizes = facts.get("sizes")
        if not isinstance(sizes, list) or len(sizes) != len(wanted):
            log.warning("intake.not_drawn", extra={"ended": outcome.ended, **outcome.trace})
            return Drawing([], {}) if outcome.ended == "answered" else None
        with os.fdopen(os.dup(target), "rb") as made:
            made.seek(0)
            pictures = [made.read(size) if type(size) is int and 0 < size <= most else b"" for size in sizes]
    if not all(picture.startswith(b"\xff\xd8\xff") for picture in pictures):
        return Drawing([], {})
    return Drawing(pictures, figures_of(facts.get("measures")))


def _pages(outcome: Outcome) -> object:
    facts = outcome.answer.get("facts")
    pages = facts.get("pages") if isinstance(facts, dict) else None
    return pages if type(pages) is int and 0 < pages <= MAX_PAGES else None


def _refused(outcome: Outcome, verdict: Verdict) -> Verdict:
    log.warning("intake.not_converted", extra={"ended": outcome.ended, "kind": verdict.kind, **outcome.trace})
    code = outcome.answer.get("code") if outcome.ended == "answered" else None
    # What is found amiss only now is the copy's fault, not one the sender could name.
    known = code if code in ("form_not_printable", "image_damaged", "too_many_pixels") else "not_made_safe"
    if outcome.ended != "answered":
        known = "unreadable_safely"
    evidence = {**verdict.evidence, "ended": outcome.ended, **outcome.trace}
    return refusal(known, size=verdict.size, kind=verdict.kind, walls=outcome.walls, evidence=evidence)
