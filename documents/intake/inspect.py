"""The one question uploads ask about a file: may it be kept, and if not, what can its owner do?"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, TypeGuard

from documents.intake.sandbox import WHILE_SOMEONE_WAITS, Outcome, run_limited
from documents.intake.sniff import HEAD_BYTES, named_type, sniff
from documents.intake.verdicts import (
    ACTIVE_CONTENT,
    MAX_BYTES,
    MAX_PAGES,
    MAX_PIXELS,
    REFUSALS,
    Kind,
    Text,
    Verdict,
    refusal,
)
from documents.intake.walls import Limits

log = logging.getLogger(__name__)

_JOBS: Mapping[Kind, str] = {
    "pdf": "documents.intake.pdf:inspect",
    "jpeg": "documents.intake.images:jpeg",
    "png": "documents.intake.images:png",
    "heic": "documents.intake.heic:inspect",
    "tiff": "documents.intake.images:tiff",
    "webp": "documents.intake.images:webp",
}
_PIECE = 256 * 1024


def inspect_file(
    source: BinaryIO, declared_name: str, *, limits: Limits = WHILE_SOMEONE_WAITS, accept_heic: bool = True
) -> Verdict:
    """Judge an upload by its content, opening it only in a throw-away process; `source` is left at its start.

    `evidence["sha256"]` is of exactly the bytes that were judged: what is stored under another hash was not.
    """
    with in_memory(source) as file:
        size, digest, head = measured(file)
        if size > MAX_BYTES:
            return refusal("too_large", size=size)
        sniffed = sniff(head, declared_name)
        named = named_type(declared_name)
        evidence: dict[str, object] = {"sha256": digest, "type": sniffed.label}
        if sniffed.kind is None:
            values = {"type": Text.same(named if sniffed.code == "name_and_content_differ" else sniffed.label)}
            return refusal(sniffed.code or "type_not_accepted", size=size, values=values, evidence=evidence)
        if sniffed.kind == "heic" and not accept_heic:
            return refusal("heic_not_accepted", size=size, evidence=evidence)
        if named is not None and named != sniffed.label:
            evidence["named"] = named
        outcome = run_limited(_JOBS[sniffed.kind], file, limits)
    return _verdict(outcome, sniffed.kind, size, evidence)


@contextmanager
def file_in_memory() -> Iterator[int]:
    """A file that exists in memory only: a passport in plain text never touches the disk."""
    file = os.memfd_create("upload", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        yield file
    finally:
        os.close(file)


def seal(file: int) -> None:
    """Nothing changes it any more, whoever holds it."""
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)


@contextmanager
def in_memory(source: BinaryIO, most: int = MAX_BYTES) -> Iterator[int]:
    """The file in memory, sealed: where it lies, if it lies there already; else a copy, until just past `most` bytes.

    `source` is left at its start.
    """
    source.seek(0)
    lying = _sealed(source)
    if lying is not None:
        try:
            yield lying
        finally:
            os.close(lying)
        return
    with file_in_memory() as copy:
        size = 0
        while size <= most and (piece := source.read(_PIECE)):
            size += len(piece)
            while piece:
                piece = piece[os.write(copy, piece) :]
        source.seek(0)
        seal(copy)
        yield copy


def _sealed(source: BinaryIO) -> int | None:
    """The same file opened anew, with a place of its own in it; None where it is no file in memory."""
    try:
        file = source.fileno()
        seal(file)
    except OSError:
        return None
    return os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)


def measured(file: int) -> tuple[int, str, bytes]:
    """Size, hash and head, until the end or just past the limit, whichever comes first."""
    size, digest, head = 0, hashlib.sha256(), b""
    while size <= MAX_BYTES and (piece := os.pread(file, _PIECE, size)):
        head += piece[: HEAD_BYTES - len(head)]
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest(), head


def _verdict(outcome: Outcome, kind: Kind, size: int, evidence: dict[str, object]) -> Verdict:
    if outcome.ended == "exception":
        log.error("intake.reader_failed", extra=dict(outcome.trace))
    if outcome.ended != "answered":
        return _unreadable(outcome, kind, size, evidence | {"ended": outcome.ended, **outcome.trace})
    code, facts = outcome.answer.get("code"), outcome.answer.get("facts")
    if isinstance(code, str) and code in REFUSALS:
        found = _mapping(outcome.answer.get("evidence"))
        values = {"found": _found(found.get("found"))}
        return refusal(code, size=size, kind=kind, values=values, walls=outcome.walls, evidence=evidence | found)
    # The reader may have been taken over by what it read, so even its good news is measured.
    read = _mapping(facts)
    pages, width, height = read.pop("pages", None), read.pop("width", None), read.pop("height", None)
    encrypted, removes = read.pop("encrypted", False), read.pop("removes", [])
    if not _names(removes) or not (
        _count(pages, MAX_PAGES) and isinstance(encrypted, bool) and _side(width) and _side(height)
    ):
        return _unreadable(outcome, kind, size, evidence | {"ended": "answer"})
    return Verdict(
        ok=True,
        size=size,
        kind=kind,
        pages=pages,
        width=width,
        height=height,
        encrypted=encrypted,
        removes=tuple(name for name in removes if name in ACTIVE_CONTENT),
        walls=outcome.walls,
        evidence=evidence | read,
    )


def _unreadable(outcome: Outcome, kind: Kind, size: int, evidence: dict[str, object]) -> Verdict:
    return refusal("unreadable_safely", size=size, kind=kind, walls=outcome.walls, evidence=evidence)


def _found(names: object) -> Text:
    return Text.listing([ACTIVE_CONTENT[name] for name in names if name in ACTIVE_CONTENT] if _names(names) else [])


def _names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _mapping(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, dict) else {}


def _count(value: object, most: int) -> TypeGuard[int]:
    return type(value) is int and 0 < value <= most


def _side(value: object) -> TypeGuard[int | None]:
    return value is None or _count(value, MAX_PIXELS)
