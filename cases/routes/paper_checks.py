"""Choices, chains, authentications and fees: what their parts say of each other."""

from collections.abc import Iterator
from itertools import combinations

from cases.routes.condition_checks import condition_faults, fact_fault
from cases.routes.countries import KNOWN
from cases.routes.faults import Fault, Place
from cases.routes.schema import Authentication, Choice, Pack, Requirement


def paper_faults(pack: Pack) -> Iterator[Fault]:
    chosen: set[str] = set()
    for at, choice in enumerate(pack.choices):
        yield from _choice(pack, choice, ("choices", at), chosen)
    for at, requirement in enumerate(pack.requirements):
        yield from _chain(pack, requirement, ("requirements", at))
    for at, rule in enumerate(pack.authentications):
        yield from (
            Fault("country_unknown", ("authentications", at, "issued_in"), {"code": country})
            for country in rule.issued_in
            if country not in KNOWN
        )
    for first, second in combinations(range(len(pack.authentications)), 2):
        one, other = pack.authentications[first], pack.authentications[second]
        if _same_countries(one, other) and one.evidence.meets(other.evidence):
            yield Fault("windows_overlap", ("authentications", second), {"code": one.code})
    for first, second in combinations(range(len(pack.fees)), 2):
        fee, another = pack.fees[first], pack.fees[second]
        if fee.code == another.code and fee.evidence.meets(another.evidence):
            yield Fault("windows_overlap", ("fees", second), {"code": fee.code})
    for at, fee in enumerate(pack.fees):
        yield from condition_faults(fee.when, fee.reads, ("fees", at), "when")


def _choice(pack: Pack, choice: Choice, at: Place, chosen: set[str]) -> Iterator[Fault]:
    """A requirement may stand in several ways of one choice, never in two choices."""
    known = {one.code: one.stage for one in pack.requirements}
    codes = {code for way in choice.ways for code in way}
    for number, way in enumerate(choice.ways):
        yield from (Fault("item_unknown", (*at, "ways", number), {"code": code}) for code in way if code not in known)
    yield from (Fault("chosen_twice", (*at, "ways"), {"code": code}) for code in sorted(codes & chosen))
    chosen |= codes
    if len({known[code] for code in codes if code in known}) > 1:
        yield Fault("choice_across_stages", (*at, "ways"), {"code": choice.code})


def _chain(pack: Pack, requirement: Requirement, at: Place) -> Iterator[Fault]:
    documents = {one.code for one in pack.requirements if one.kind == "document"}
    for number, link in enumerate(requirement.chain):
        if link.item not in documents or link.item == requirement.code:
            yield Fault("item_unknown", (*at, "chain", number, "item"), {"code": link.item})
    if requirement.chain and requirement.kind != "document":
        yield Fault("does_not_fit_kind", (*at, "chain"), {"key": "chain", "kind": requirement.kind})
    if requirement.issued_in is not None:
        yield from fact_fault(requirement.issued_in, (*at, "issued_in"), wanted="country")
    elif any(link.step == "authentication" for link in requirement.chain):
        yield Fault("value_missing", at, {"key": "issued_in"})


def _same_countries(one: Authentication, other: Authentication) -> bool:
    return bool(set(one.issued_in) & set(other.issued_in)) or one.issued_in == other.issued_in == ()
