"""Reads about applications and holds: which one goes on, what was used before, and what has changed since."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cases.models import Attempt, Case, Hold
from cases.routes.facts import label
from cases.routes.schema import Move
from cases.routes.values import Text


def attempt_number(case: Case) -> int:
    """Of the application that goes on, or went on last."""
    last = Attempt.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first()
    return last or 1


def attempts_of(case: Case) -> QuerySet[Attempt]:
    return Attempt.objects.filter(case=case).order_by("number")


def hold_of(case: Case) -> Hold | None:
    return Hold.objects.filter(case=case, ended_at=None).first()


# Stages of every route in which the authority, or the candidate, has said something for good or for now.
OUTCOMES = ("refused", "withdrawn", "more_papers")


def asks_reason(move: Move) -> bool:
    """A move off the way, into a stage that says what became of the application."""
    return move.kind == "side" and move.target in OUTCOMES


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact then and now; empty where it was not known."""

    path: str
    name: Text
    then: str
    now: str


def differences(attempt: Attempt, facts: Mapping[str, Any]) -> list[Difference]:
    """What was told in an application that ended, against what is told today."""
    then, now = (dict(_flat(told)) for told in (json.loads(attempt.facts or "{}"), facts))
    return [
        Difference(path, label(path), then.get(path, ""), now.get(path, ""))
        for path in sorted(then.keys() | now.keys())
        if then.get(path) != now.get(path)
    ]


def _flat(told: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _in_a_line(value)


def _in_a_line(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_in_a_line(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(_in_a_line(each) for each in value.values())
    return {True: "✓", False: "✗"}[value] if isinstance(value, bool) else str(value)
