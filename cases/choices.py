"""Choices of a route: where one way is enough, what the others asked for falls away. Pure."""

from collections.abc import Set

from cases.routes.schema import Pack


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
