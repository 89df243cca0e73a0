"""Conditions in CEL, answered with yes, no, or "cannot tell, since these facts are missing"."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cel

from cases.routes.derived_facts import DERIVED_FROM

MAX_LENGTH = 1000
MAX_NESTING = 2  # walks within walks: the engine has no time limit
_STRING = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_WALK = re.compile(r"\.\s*(?:exists_one|exists|all|map|filter)\s*$")
_LIST_IN_LIST = re.compile(r"\[[^\]]*\[")
_HAS = re.compile(r"\bhas\s*\(")


@dataclass(frozen=True, slots=True)
class Unknown:
    """The answer hangs on facts nobody has told. `missing` holds their paths."""

    missing: tuple[str, ...] = ()


Answer = bool | Unknown


class ExpressionInvalid(ValueError):
    """`code` is a fault code of a pack; `detail` is what the engine said, if it said anything."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}" if detail else code)


@lru_cache(maxsize=2048)
def compile_expression(expression: str) -> cel.Program:
    if len(expression) > MAX_LENGTH:
        raise ExpressionInvalid("expression_too_long")
    bare = _STRING.sub("''", expression)
    if _HAS.search(bare):
        # has() answers no for what is merely unknown.
        raise ExpressionInvalid("expression_asks_has")
    if _deepest_walk(bare) > MAX_NESTING or _LIST_IN_LIST.search(bare):
        raise ExpressionInvalid("expression_too_deep")
    try:
        return cel.compile(expression)
    except Exception as refused:
        raise ExpressionInvalid("expression_does_not_parse", str(refused).splitlines()[0][:300]) from None


def evaluate(expression: str, facts: Mapping[str, Any], reads: Sequence[str]) -> Answer:
    """Answer the condition from the declared facts alone. Whatever goes wrong is "cannot tell", never no."""
    try:
        answer = compile_expression(expression).execute(only(facts, reads))
    except Exception:
        answer = None
    # With every declared fact present the condition itself is at fault: then all of them are named.
    return answer if isinstance(answer, bool) else Unknown(missing(facts, reads) or tuple(reads))


def missing(facts: Mapping[str, Any], paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the facts that are absent, as what a person can be asked for."""
    asked: list[str] = []
    for path in paths:
        if _is_absent(facts, path):
            origins = [origin for origin in DERIVED_FROM.get(path, ()) if _is_absent(facts, origin)]
            asked += (_whole_list(facts, one) for one in origins or [path])
    return tuple(dict.fromkeys(asked))


def only(facts: Mapping[str, Any], reads: Iterable[str]) -> dict[str, Any]:
    """The part of the facts that `reads` names."""
    kept: dict[str, Any] = {}
    for path in reads:
        head, leaf = _split(path)
        if head not in facts:
            continue
        value = facts[head]
        if leaf is None:
            kept[head] = value
        elif isinstance(value, list):
            rows = kept.setdefault(head, [{} for _ in value])
            for row, whole in zip(rows, value, strict=True):
                if leaf in whole:
                    row[leaf] = whole[leaf]
        elif leaf in value:
            kept[head] = {**kept.get(head, {}), leaf: value[leaf]}
    return kept


def without(facts: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The facts as if `path` were unknown."""
    head, leaf = _split(path)
    left = dict(facts)
    if leaf is None:
        left.pop(head, None)
    elif isinstance(left.get(head), list):
        left[head] = [{key: value for key, value in row.items() if key != leaf} for row in left[head]]
    elif head in left:
        left[head] = {key: value for key, value in left[head].items() if key != leaf}
    return left


def _is_absent(facts: Mapping[str, Any], path: str) -> bool:
    head, leaf = _split(path)
    value = facts.get(head)
    if value is None or leaf is None:
        return value is None
    return any(leaf not in row for row in value) if isinstance(value, list) else leaf not in value


def _whole_list(facts: Mapping[str, Any], path: str) -> str:
    """Where a whole list is unknown, it is asked for, not the parts of its rows."""
    head = path.partition("[]")[0]
    return head if head not in facts else path


def _split(path: str) -> tuple[str, str | None]:
    head, _, leaf = path.partition(".")
    return head.removesuffix("[]"), leaf or None


def _deepest_walk(bare: str) -> int:
    deepest = depth = 0
    opened: list[bool] = []
    for at, character in enumerate(bare):
        if character == "(":
            is_walk = _WALK.search(bare, 0, at) is not None
            opened.append(is_walk)
            depth += is_walk
            deepest = max(deepest, depth)
        elif character == ")" and opened:
            depth -= opened.pop()
    return deepest
