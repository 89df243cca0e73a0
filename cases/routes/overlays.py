"""A route as one consulate or visa centre asks it: an edition of the post laid over a pack. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cases.routes.facts import TEXTS
from cases.routes.overlay_parts import Changed, Dropped, Overlay, PageEvidence
from cases.routes.schema import Fee, Pack, Requirement
from cases.routes.values import Evidence, Text

NEVER = "false"  # a condition that never holds: what was dropped keeps its name for the items there are


@dataclass(frozen=True, slots=True)
class OverlayFault:
    code: str
    place: tuple[str | int, ...]
    text: Text


class OverlayInvalid(ValueError):
    def __init__(self, faults: list[OverlayFault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.text.en for fault in faults))


def overlay_from(content: Mapping[str, object]) -> Overlay:
    """The overlay in it, or every reason why it has not the shape of one."""
    try:
        return Overlay.model_validate(dict(content))
    except ValidationError as refused:
        raise OverlayInvalid([_of_shape(error) for error in refused.errors()]) from None


def _of_shape(error: ErrorDetails) -> OverlayFault:
    code = error["type"] if error["type"] in FAULTS or error["type"] in TEXTS else "not_accepted"
    text = FAULTS.get(code) or TEXTS[code]
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    told = (words.format(**context) if context else words for words in (text.en, text.zh))
    en, zh = told
    return OverlayFault(code, error["loc"], Text(en=en, zh=zh))


def fresh_until(overlay: Overlay, keeps_days: int | None) -> date:
    """The last day on which what was read may be relied on."""
    if keeps_days is None:
        return overlay.review_by
    return min(overlay.review_by, overlay.read_on + timedelta(days=keeps_days))


def overlaid(pack: Pack, overlay: Overlay) -> Pack:
    """The route as this post asks for it. Refuses an overlay that names what the route does not have.

    What a post drops stays in the pack under a condition that never holds: a case that was asked for it still
    finds its name.
    """
    if faults := misplaced(pack, overlay):
        raise OverlayInvalid(faults)
    dropped = {one.code: one for one in overlay.dropped}
    changed = {one.code: one for one in overlay.changed}
    requirements = tuple(_as_asked(one, overlay, dropped, changed) for one in pack.requirements)
    known = {one.code for one in requirements}
    extra = tuple(_extra(one, overlay) for one in overlay.extra if one.code not in known)
    if overlay.fees:
        pack = pack.model_copy(update={"fees": (*_fees(pack, overlay), *pack.fees)})
    return pack if requirements == pack.requirements and not extra else _with(pack, (*requirements, *extra))


def fitting(pack: Pack, overlay: Overlay) -> Overlay:
    """What of the overlay has a place in this edition of the route, which may be another than it was written for."""
    codes = {one.code for one in pack.requirements}
    stages = {stage.code for stage in pack.stages if not stage.closing}
    return overlay.model_copy(
        update={
            "dropped": tuple(one for one in overlay.dropped if one.code in codes),
            "changed": tuple(one for one in overlay.changed if one.code in codes),
            "extra": tuple(
                one if one.stage in stages else one.model_copy(update={"stage": pack.packet_from})
                for one in overlay.extra
                if one.code not in codes
            ),
            "fees": tuple(one for one in overlay.fees if one.code in {fee.code for fee in pack.fees}),
        }
    )


def misplaced(pack: Pack, overlay: Overlay) -> list[OverlayFault]:
    """Codes that the route does not know, knows already, or that are named twice; each with its cure."""
    known = {one.code: one for one in pack.requirements}
    stages = {stage.code for stage in pack.stages if not stage.closing}
    faults: list[OverlayFault] = []
    seen: set[str] = set()
    named = [("dropped", at, one.code) for at, one in enumerate(overlay.dropped)]
    named += [("changed", at, change.code) for at, change in enumerate(overlay.changed)]
    named += [("extra", at, extra.code) for at, extra in enumerate(overlay.extra)]
    for name, at, code in named:
        if code in seen:
            faults.append(_fault("requirement_twice", (name, at, "code"), code))
        elif name != "extra" and code not in known:
            faults.append(_fault("requirement_unknown", (name, at, "code"), code))
        seen.add(code)
    for at, extra in enumerate(overlay.extra):
        if extra.code in known and known[extra.code] != _extra(extra, overlay):
            faults.append(_fault("requirement_exists", ("extra", at, "code"), extra.code))
        if extra.stage not in stages:
            faults.append(_fault("stage_unknown", ("extra", at, "stage"), extra.stage))
    fees = {fee.code for fee in pack.fees}
    for at, one in enumerate(overlay.fees):
        if one.code not in fees:
            faults.append(_fault("fee_unknown", ("fees", at, "code"), one.code))
        if any(
            (other.code, other.nationality) == (one.code, one.nationality) and other.evidence.meets(one.evidence)
            for other in overlay.fees[:at]
        ):
            faults.append(_fault("fee_twice", ("fees", at, "code"), one.code))
    return faults


def _fees(pack: Pack, overlay: Overlay) -> Iterator[Fee]:
    """Those for one nationality first: they go before what everybody else pays. Laid over twice is laid over once."""
    of_route = {fee.code: fee for fee in reversed(pack.fees) if not fee.of_post}
    for one in sorted(overlay.fees, key=lambda one: one.nationality is None):
        fee = one.of(of_route[one.code], on_the_page(one.evidence, overlay))
        if fee not in pack.fees:
            yield fee


def _as_asked(
    one: Requirement, overlay: Overlay, dropped: Mapping[str, Dropped], changed: Mapping[str, Changed]
) -> Requirement:
    if one.code in dropped:
        return _never(one).model_copy(update={"evidence": on_the_page(dropped[one.code].evidence, overlay)})
    if one.code in changed:
        change = changed[one.code]
        return one.model_copy(update={**change.of(one), "evidence": on_the_page(change.evidence, overlay)})
    return one


def _extra(one: Requirement, overlay: Overlay) -> Requirement:
    return one.model_copy(update={"evidence": on_the_page(one.evidence, overlay), "of_post": True})


def _never(one: Requirement) -> Requirement:
    return one.model_copy(update={"when": NEVER, "reads": ()})


def _with(pack: Pack, requirements: tuple[Requirement, ...]) -> Pack:
    return pack.model_copy(update={"requirements": requirements})


def on_the_page(evidence: Evidence, overlay: Overlay) -> Evidence:
    """Evidence that names no source of its own stands on the page that was read."""
    if evidence.source is not None:
        return evidence
    return PageEvidence.model_validate({**evidence.model_dump(exclude={"page_url"}), "page_url": overlay.source_url})


def _fault(code: str, place: tuple[str | int, ...], named: str) -> OverlayFault:
    text = FAULTS[code]
    return OverlayFault(code, place, Text(en=text.en.format(code=named), zh=text.zh.format(code=named)))


FAULTS: Mapping[str, Text] = {
    "says_nothing": Text(
        en="Nothing is said here. Give an answer or words, or leave it out.",
        zh="此处没有内容。请填写答案或文字，或不填此项。",
    ),
    "changes_nothing": Text(
        en="Nothing is other than in the route. Say what is, or take the requirement out.",
        zh="与该途径的规定没有不同。请填写不同之处，或删去此项。",
    ),
    "review_before_reading": Text(
        en="The page is to be read again before it was read. Give a later day.",
        zh="重新查阅日期早于查阅日期。请填写较晚的日期。",
    ),
    "string_too_short": Text(
        en="This is empty. Write it in both languages, or leave both empty.",
        zh="内容为空。请中英文都填写，或都留空。",
    ),
    "string_pattern_mismatch": Text(
        en="This is not written as expected here. An address begins with https:// or http://.",
        zh="格式不符。网址须以 https:// 或 http:// 开头。",
    ),
    "requirement_unknown": Text(
        en="The route has no requirement “{code}”. Choose one of its requirements, or add an extra one.",
        zh="该途径没有要求“{code}”。请选用已有的要求，或另行增加一项。",
    ),
    "requirement_exists": Text(
        en="The route has a requirement “{code}” already. Change that one, or give the extra one another code.",
        zh="该途径已有要求“{code}”。请修改该项，或为新增项另取代码。",
    ),
    "requirement_twice": Text(
        en="“{code}” is named twice. A requirement is dropped, changed or added, and only once.",
        zh="“{code}”重复出现。同一要求只能取消、修改或新增一次。",
    ),
    "fee_unknown": Text(
        en="The route has no fee “{code}”. Choose one of its fees.", zh="该途径没有费用“{code}”。请选用已有的费用。"
    ),
    "fee_twice": Text(
        en="“{code}” has two amounts for the same people at the same time. Give each its own days, or take one out.",
        zh="“{code}”在同一时期对同一人群有两个金额。请分别填写起止日期，或删去其一。",
    ),
    "stage_unknown": Text(
        en="The route has no stage “{code}” in which something can be asked for. Choose one of its stages.",
        zh="该途径没有可提出要求的阶段“{code}”。请选用已有阶段。",
    ),
}
