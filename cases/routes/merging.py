"""An agency's changes to a route, laid over a newer base. Pure.

A part is taken from the agency where only the agency changed it since the base both stem from, and from the new base
where only that did. Where both did, the new base stands and the part is named: a person enters it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.routes.schema import Fee

SECTIONS = (
    "stages", "moves", "requirements", "choices", "authentications", "rules", "reminders", "fees", "open_questions",
    "golden_cases",
)  # fmt: skip
NEVER_CARRIED = ("code", "edition")
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """`carried`: what was taken over from the agency; `clashing`: what both changed. Each as section and code."""

    content: dict[str, Any]
    carried: tuple[str, ...]
    clashing: tuple[str, ...]


def merged(stem: Content, own: Content, new: Content) -> Merged:
    content, carried, clashing = dict(new), [], []
    for name in dict.fromkeys([*new, *own]):
        if name in NEVER_CARRIED or name in SECTIONS:
            continue
        how = _taken(stem.get(name), own.get(name), new.get(name))
        if how == "own":
            content[name] = own.get(name)
            carried.append(name)
        elif how == "clash":
            clashing.append(name)
    for section in SECTIONS:
        before, mine, theirs = (_by_key(section, one) for one in (stem, own, new))
        parts = dict(theirs)
        for key in dict.fromkeys([*theirs, *mine, *before]):
            how = _taken(before.get(key), mine.get(key), theirs.get(key))
            if how == "own":
                carried.append(f"{section}.{key}")
                if key in mine:
                    parts[key] = mine[key]
                else:
                    parts.pop(key, None)
            elif how == "clash":
                clashing.append(f"{section}.{key}")
        content[section] = list(parts.values())
    return Merged(content, tuple(carried), tuple(clashing))


def _taken(before: Any, mine: Any, theirs: Any) -> str:
    if mine in (before, theirs):
        return "new"
    return "own" if theirs == before else "clash"


def _by_key(section: str, content: Content) -> dict[str, Any]:
    return {_key(section, part): part for part in content.get(section, [])}


def _key(section: str, part: Mapping[str, Any]) -> str:
    if section == "moves":
        return f"{part['source']}.{part['name']}"
    if section == "golden_cases":
        return str(part["name"]["en"])
    return Fee.model_validate(part).key if section == "fees" else str(part["code"])
