"""How a reader in the throw-away child answers: facts, or the code the file is refused with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO


class Refused(Exception):
    def __init__(self, code: str, **evidence: object) -> None:
        super().__init__(code)
        self.code = code
        self.evidence = evidence


def answer(read: Callable[[BinaryIO], Mapping[str, object]], source: BinaryIO) -> Mapping[str, object]:
    try:
        return {"facts": read(source)}
    except Refused as refusal:
        return {"code": refusal.code, "evidence": refusal.evidence}


def nothing(source: BinaryIO) -> Mapping[str, object]:
    """A job that only sees whether the walls stand."""
    return {}
