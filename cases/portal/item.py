"""One requirement: what, why, what is good enough, how long it keeps, and how far we know."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.asked import Asked, asked
from cases.models import Case
from cases.packs import pack_of_case
from cases.portal.checklist import Line, is_ours_to_find, line_of, missing_words
from cases.portal.sourced import HowSure, how_sure
from cases.portal.words import sentence
from cases.routes.facts import label
from cases.routes.schema import HowMany, Requirement, ShelfLife
from cases.selectors import HandIn, hand_in_of
from cases.services.locking import item_of
from cases.wording import validity_words
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class ItemPage:
    case: Case
    item_id: UUID
    line: Line
    asked: Asked
    how_many: str
    takes_several: bool
    keeps: str
    valid_until: date | None
    validity: str
    hand_in: HandIn
    sure: HowSure
    note: str
    missing: str
    is_ours_to_find: bool
    asks: tuple[str, ...]
    stage: str
    accepts: tuple[str, ...]
    is_open: bool
    is_passport_page: bool

    @property
    def takes_files(self) -> bool:
        """Whether the candidate is offered the form; what the agency makes itself is not asked of them."""
        return self.is_open and self.line.kind == "document" and self.line.provider != "agency"


def item_page(case: Case, code: str) -> ItemPage:
    pack = pack_of_case(case)
    item = item_of(case, code)
    requirement = pack.requirement(code)
    hand_in = hand_in_of(case, pack)
    validity = validity_words(item, hand_in, whose="your")
    line = line_of(case, pack, item, requirement, hand_in)
    return ItemPage(
        case=case,
        item_id=item.pk,
        line=line,
        asked=asked(case, pack, requirement, hand_in.on),
        how_many=_how_many(requirement.how_many) if requirement.kind == "document" else "",
        keeps=_keeps(requirement.shelf_life) if requirement.shelf_life else "",
        valid_until=item.valid_until,
        validity=sentence(validity) if validity else "",
        hand_in=hand_in,
        sure=how_sure(requirement.evidence),
        note=item.note if line.state == "changes_requested" else "",
        missing=missing_words(item.missing_facts) if line.state == "may_be_needed" else "",
        is_ours_to_find=is_ours_to_find(pack, item.missing_facts),
        takes_several=requirement.how_many.max != 1,
        asks=tuple(in_language(label(path)) for path in _asked(requirement)),
        stage=in_language(pack.stage(requirement.stage).name),
        accepts=requirement.accepts or ("pdf", "jpeg", "png"),
        is_open=case.closed_at is None and item.takes_documents(hand_in.on),
        is_passport_page=requirement.is_passport_page,
    )


def _asked(requirement: Requirement) -> tuple[str, ...]:
    """What an answer brings. The planned hand-in is of the case, and has no words of a fact."""
    return tuple(path for path in requirement.fills if path != "planned_hand_in")


def _how_many(how_many: HowMany) -> str:
    if how_many.max == 1:
        return _("One document. A new one replaces the one before.")
    if how_many.max is None:
        return _("As many documents as there are, one at a time.")
    return ngettext("Up to %(most)s document.", "Up to %(most)s documents, one at a time.", how_many.max) % {
        "most": how_many.max
    }


def _keeps(life: ShelfLife) -> str:
    if life.counts_from == "expires_on":
        months = life.must_outlast_hand_in_months
        if months is None:
            return _("It must still be valid on the day of the hand-in.")
        return ngettext(
            "On the day of the hand-in it must be valid for at least %(count)s more month.",
            "On the day of the hand-in it must be valid for at least %(count)s more months.",
            months,
        ) % {"count": months}
    if life.months is not None:
        return ngettext(
            "On the day of the hand-in it may be at most %(count)s month old, counted from its own date of issue.",
            "On the day of the hand-in it may be at most %(count)s months old, counted from its own date of issue.",
            life.months,
        ) % {"count": life.months}
    return ngettext(
        "On the day of the hand-in it may be at most %(count)s day old, counted from its own date of issue.",
        "On the day of the hand-in it may be at most %(count)s days old, counted from its own date of issue.",
        life.days or 0,
    ) % {"count": life.days or 0}
