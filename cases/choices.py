"""Choices of a route: where one way is enough, what the others asked for falls away. Pure."""

from collections.abc import Mapping, Set

from cases.applicability import Applicability
from cases.routes.schema import Pack


def after_choices(
    pack: Pack, needs: Mapping[str, Applicability], *, accepted: Set[str], waived: Set[str]
) -> dict[str, Applicability]:
    """What is needed once it is known which ways are gone. `needs` holds all the requirements of each choice."""
    wanted = {code for code, need in needs.items() if need.state != "not_needed"}
    fallen = spared(pack, accepted=accepted, waived=waived, wanted=wanted) & needs.keys()
    return {**needs, **{code: Applicability(code, "not_needed") for code in fallen}}


def spared(pack: Pack, *, accepted: Set[str], waived: Set[str], wanted: Set[str]) -> set[str]:
    """The requirements nobody needs any more, since another way of their choice is complete.

    A way is complete when all of it that is `wanted` is settled and something of it `accepted`: a waiver alone says
    that this way is not gone, not that none need be.
    """
    spared_codes: set[str] = set()
    for choice in pack.choices:
        for way in choice.ways:
            asked = wanted & set(way)
            if asked & accepted and asked <= accepted | waived:
                spared_codes |= {code for other in choice.ways for code in other} - set(way) - accepted - waived
                break
    return spared_codes
