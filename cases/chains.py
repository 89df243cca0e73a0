"""The chain from an original to the paper that serves: notary, authentication, translation. Pure.

How a document is authenticated follows from the country that issued it and the day it is handed in, never from the
nationality of its holder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cases.applicability import NeedState
from cases.routes.facts import CandidateFacts, to_cel
from cases.routes.schema import Authentication, Pack, Requirement


@dataclass(frozen=True, slots=True)
class Issued:
    """What is known of documents from one country. `by` is None where the route holds nothing that applies."""

    country: str
    by: Authentication | None


@dataclass(frozen=True, slots=True)
class Link:
    """`issued`: filled for an authentication, one for each country known to have issued such a document."""

    step: Literal["notarial", "authentication", "translation"]
    item: str
    state: NeedState
    issued: tuple[Issued, ...] = ()


def chain_of(
    pack: Pack, requirement: Requirement, states: Mapping[str, NeedState], facts: CandidateFacts, on: date
) -> list[Link]:
    """The links in their order. `states`: which requirements apply; a link to one that does not is left away."""
    countries = _countries(to_cel(facts, on), requirement.issued_in)
    return [
        Link(
            link.step,
            link.item,
            states[link.item],
            tuple(Issued(country, authentication(pack, country, on)) for country in countries)
            if link.step == "authentication"
            else (),
        )
        for link in requirement.chain
        if states.get(link.item, "not_needed") != "not_needed"
    ]


def authentication(pack: Pack, country: str, on: date) -> Authentication | None:
    """What applies on that day to documents issued in the country; the rule that names it goes before the general."""
    valid = [rule for rule in pack.authentications if rule.evidence.covers(on)]
    named = [rule for rule in valid if country in rule.issued_in]
    return next(iter(named + [rule for rule in valid if not rule.issued_in]), None)


def _countries(told: Mapping[str, Any], path: str | None) -> list[str]:
    if path is None:
        return []
    head, _, leaf = path.partition(".")
    value = told.get(head.removesuffix("[]"))
    rows = value if isinstance(value, list) else [value]
    found = [row.get(leaf) if leaf and isinstance(row, dict) else row for row in rows]
    return sorted({country for country in found if country})
