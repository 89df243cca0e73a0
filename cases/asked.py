"""What a requirement asks for and how its paper is made good, in the language of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.applicability import NeedState
from cases.chains import Issued, Link, chain_of
from cases.country_names import country_name
from cases.models import Case, ChecklistItem, ItemState
from cases.routes.schema import Pack, Requirement
from cases.selectors import facts_of, items_of
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class ChainStep:
    """`says`: how it is done, a line for each country that issued such a document."""

    name: str
    may_be_needed: bool
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """`instead`: the other ways of its choice, each of which is enough."""

    why: str
    good_enough: tuple[str, ...]
    common_mistakes: tuple[str, ...]
    instead: tuple[str, ...]
    chain: tuple[ChainStep, ...]


def asked(case: Case, pack: Pack, requirement: Requirement, on: date) -> Asked:
    links = chain_of(pack, requirement, states_of(items_of(case)), facts_of(case), on) if requirement.chain else []
    return Asked(
        why=in_language(requirement.why),
        good_enough=tuple(in_language(text) for text in requirement.good_enough),
        common_mistakes=tuple(in_language(text) for text in requirement.common_mistakes),
        instead=tuple(_way(pack, way) for way in instead_of(pack, requirement.code)),
        chain=tuple(_step(pack, link) for link in links),
    )


def instead_of(pack: Pack, code: str) -> list[tuple[str, ...]]:
    """The ways of its choice that the requirement is no part of."""
    choice = pack.choice_of(code)
    return [] if choice is None else [way for way in choice.ways if code not in way]


def states_of(items: Iterable[ChecklistItem]) -> dict[str, NeedState]:
    """Which requirements the case has, and which it only may have."""
    return {
        item.code: "unknown" if item.is_undecided else "needed"
        for item in items
        if item.state != ItemState.NO_LONGER_NEEDED
    }


def _way(pack: Pack, way: tuple[str, ...]) -> str:
    names = [in_language(pack.requirement(code).name) for code in way]
    return _(" and ").join(names)


def _step(pack: Pack, link: Link) -> ChainStep:
    return ChainStep(
        name=in_language(pack.requirement(link.item).name),
        may_be_needed=link.state == "unknown",
        says=tuple(_how(issued) for issued in link.issued),
    )


def _how(issued: Issued) -> str:
    how = in_language(issued.by.text) if issued.by else _("Nothing is known yet: ask the consulate.")
    return _("Issued in %(country)s: %(how)s") % {"country": country_name(issued.country), "how": how}
