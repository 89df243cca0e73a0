"""Whose mark may be read by whom, and whether one that was read crossed agencies."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # mutants.py asks for the words below without any settings
    from tests.matrix.actors import ComesAs
    from tests.matrix.conftest import Two

CROSSED = "across agencies"


def shown(text: str, who: "ComesAs", two: "Two") -> list[str]:
    """What the text shows that must not be read by whoever comes, a line each."""
    lowered = text.lower()
    return [
        f"as {who.name}: shows {mark}{'' if mark in own_marks(who, two) else f' {CROSSED}'}"
        for mark in hidden_marks(who, two)
        if mark.lower() in lowered
    ]


def hidden_marks(who: "ComesAs", two: "Two") -> list[str]:
    first, second = two.first, two.second
    everything = [first.mark, first.person_mark, second.mark, second.person_mark]
    if not who.is_good or who.kind == "anonymous":
        return everything
    if not who.is_of_first:
        return [first.mark, first.person_mark]
    if who.kind == "candidate" and not who.is_assigned:
        return [second.mark, second.person_mark, first.person_mark]
    return [second.mark, second.person_mark]


def own_marks(who: "ComesAs", two: "Two") -> list[str]:
    """Of the agency that whoever comes belongs to, or belonged to: what ended and still reads these crosses nothing."""
    if who.kind == "anonymous" or who.is_made_up:
        return []
    home = two.first if who.is_of_first else two.second
    return [home.mark, home.person_mark]
