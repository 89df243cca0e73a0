"""Moves: the edges of a route's stage graph, and what keeps each of them shut. Pure."""

from collections.abc import Iterable

from cases.gates import GATES, Blocker, CaseFacts
from cases.routes.schema import Move, Pack


class MoveUnknown(LookupError):
    """The route has no such move from this stage."""


def find_move(moves: Iterable[Move], name: str, *, source: str) -> Move:
    for move in moves:
        if move.name == name and move.source == source:
            return move
    raise MoveUnknown(name, source)


def blockers_of(move: Move, facts: CaseFacts) -> list[Blocker]:
    held = [Blocker("case_on_hold")] if facts.is_on_hold and move.kind == "forward" else []
    return held + [blocker for name in move.gates for blocker in GATES[name](facts)]


def is_beyond(pack: Pack, stage: str, other: str) -> bool:
    """Whether the stage comes after the other, where the route has that one."""
    codes = [one.code for one in pack.stages]
    return other in codes and codes.index(stage) > codes.index(other)
