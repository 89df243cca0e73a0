"""What a condition compares: CEL calls a text and a number merely unequal, and a rule would answer no for ever.

Looked at as written: a fact beside a literal, or beside another fact. What is worked out first is left to the samples.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.routes.samples import full_sample

_LITERAL = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?\b|\b(?:true|false)\b"""
_NAME = r"\b[a-z_]+(?:\.[a-z_]+)?\b(?!\s*[.(\[])"
_LIST = rf"\[\s*(?:(?:{_LITERAL})\s*,?\s*)*\]"
_COMPARED = re.compile(rf"({_LITERAL}|{_NAME})\s*(?:==|!=|<=|>=|<|>)\s*({_LITERAL}|{_NAME})")
_WITHIN = re.compile(rf"({_LITERAL}|{_NAME})\s+in\s+({_LIST}|{_NAME})")
_WALK = re.compile(r"\b([a-z_]+)\s*\.\s*(?:exists_one|exists|all|map|filter)\s*\(\s*([a-z_]+)\s*,")
_KINDS = {bool: "yes or no", int: "a number", float: "a number", str: "a text", datetime: "a day", list: "a list"}


@dataclass(frozen=True, slots=True)
class Mismatch:
    left: str
    right: str


def mismatches(condition: str) -> Iterator[Mismatch]:
    """Each pair of different kinds that the condition compares."""
    walked = {name: over for over, name in _WALK.findall(condition)}
    for pair in _COMPARED.finditer(condition):
        left, right = pair.groups()
        if _differ(_kind(left, walked), _kind(right, walked)):
            yield Mismatch(left, right)
    for pair in _WITHIN.finditer(condition):
        one, many = pair.groups()
        inside = re.findall(_LITERAL, many) if many.startswith("[") else None
        kinds = {_kind(part, walked) for part in inside} if inside is not None else {_kind_of_part(many)}
        if any(_differ(_kind(one, walked), kind) for kind in kinds):
            yield Mismatch(one, many)


def _differ(one: str | None, other: str | None) -> bool:
    return None not in (one, other) and one != other


def _kind(operand: str, walked: dict[str, str]) -> str | None:
    """None where it cannot be told."""
    if operand[0] in "'\"":
        return _KINDS[str]
    if operand in ("true", "false"):
        return _KINDS[bool]
    if operand[0] == "-" or operand[0].isdigit():
        return _KINDS[int]
    head, _, leaf = operand.partition(".")
    value: Any = full_sample().get(walked.get(head, head))
    if head in walked:
        value = value[0] if isinstance(value, list) and value else None
    if leaf:
        value = value.get(leaf) if isinstance(value, dict) else None
    return _KINDS.get(type(value))


def _kind_of_part(name: str) -> str | None:
    value = full_sample().get(name)
    return _KINDS.get(type(value[0])) if isinstance(value, list) and value else None
