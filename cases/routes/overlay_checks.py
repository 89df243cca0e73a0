"""What an overlay must satisfy before anybody relies on it. Pure: pack, sources and the day are given."""

from collections.abc import Iterator, Mapping
from datetime import date

from cases.routes.checks import check_pack
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import NEVER, OverlayFault, misplaced, overlaid
from cases.routes.schema import Pack
from cases.routes.sources import Sources
from cases.routes.values import Evidence, Text

# What a page of a post can be: its own practice, or what we made of it. A law stands in the route itself.
LEVELS_OF_A_PAGE = ("mission_practice", "observed", "reported", "agency_policy", "assumed")


def overlay_faults(pack: Pack, overlay: Overlay, sources: Sources, today: date) -> list[OverlayFault]:
    """Everything that keeps the overlay from being relied on, not just the first."""
    faults = [*_days(overlay, today), *_evidence(overlay, sources), *misplaced(pack, overlay)]
    return faults or list(_as_a_pack(pack, overlay, sources))


def _days(overlay: Overlay, today: date) -> Iterator[OverlayFault]:
    if overlay.read_on > today:
        yield _fault("read_in_the_future", ("read_on",))


def _evidence(overlay: Overlay, sources: Sources) -> Iterator[OverlayFault]:
    for place, evidence in evidence_of(overlay):
        if evidence.level not in LEVELS_OF_A_PAGE:
            yield _fault("level_not_of_a_page", (*place, "level"))
        if evidence.source is not None and evidence.source not in sources:
            yield _fault("source_unknown", (*place, "source"))
        if evidence.quote and evidence.source and evidence.quote not in sources[evidence.source].quotes:
            yield _fault("quote_unknown", (*place, "quote"))


def evidence_of(overlay: Overlay) -> Iterator[tuple[tuple[str | int, ...], Evidence]]:
    for fact, told in overlay.facts.items():
        yield ("facts", fact), told.evidence
    for name in ("extra", "dropped", "changed", "fees"):
        for at, one in enumerate(getattr(overlay, name)):
            yield (name, at), one.evidence
    for name in ("appointment", "interview", "proxy", "payment", "form", "holidays"):
        if (part := getattr(overlay, name)) is not None:
            yield (name,), part.evidence


def _as_a_pack(pack: Pack, overlay: Overlay, sources: Sources) -> Iterator[OverlayFault]:
    """The checks of a pack, on the requirements that the overlay touches; those it leaves alone were checked."""
    before = {one.code: one for one in pack.requirements}
    after = overlaid(pack, overlay).requirements
    touched = [one for one in after if before.get(one.code) != one and one.when != NEVER]
    named = {link.item for one in touched for link in one.chain} - {one.code for one in touched}
    asked = (*touched, *(one for one in after if one.code in named))
    part = pack.model_copy(update={"requirements": asked, "rules": (), "reminders": (), "golden_cases": ()})
    for fault in check_pack(part, sources):
        carried_by_the_page = fault.code == "source_missing"
        is_of_it = fault.place[0] == "requirements" and int(fault.place[1]) < len(touched)
        if is_of_it and not carried_by_the_page:
            code = touched[int(fault.place[1])].code
            name = "changed" if code in before else "extra"
            yield OverlayFault(fault.code, (name, code, *fault.place[2:]), fault.text)
    orders = {one.packet_order for code, one in before.items() if code not in {each.code for each in touched}}
    for one in touched:
        if one.packet_order is not None and one.packet_order in orders:
            yield _fault("packet_order_taken", ("extra", one.code, "packet_order"))


def _fault(code: str, place: tuple[str | int, ...]) -> OverlayFault:
    return OverlayFault(code, place, FAULTS[code])


FAULTS: Mapping[str, Text] = {
    "read_in_the_future": Text(
        en="The page was read on a day that has not come yet. Give the day it was read.",
        zh="查阅日期晚于今天。请填写实际查阅日期。",
    ),
    "level_not_of_a_page": Text(
        en="A page of a post shows its practice. Choose how sure we are among the levels offered here.",
        zh="使领馆页面反映的是该馆做法。请在所列选项中选择可靠程度。",
    ),
    "source_unknown": Text(
        en="This source is not on the list of sources. Leave it out: the page itself is the source.",
        zh="来源清单中没有此来源。请勿填写，以所读页面为来源。",
    ),
    "quote_unknown": Text(
        en="This quote is not among the words read at that source. Take it out, or quote the page itself.",
        zh="该来源中没有这段引文。请删去，或引用页面原文。",
    ),
    "packet_order_taken": Text(
        en="Another document of the packet has this place. Choose another one.",
        zh="材料册中该次序已被占用。请另选次序。",
    ),
}
