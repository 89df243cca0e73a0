"""The checklist as staff read it: what this stage still waits for first, what comes later, what is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.admin.cures import tell_us_url
from cases.admin.evidence import ShownEvidence, shown
from cases.admin.links import Link, act_url
from cases.admin.parts import PARTS
from cases.models import Case, ChecklistItem, ItemState, WhoseTurn
from cases.routes.facts import label as fact_label
from cases.routes.schema import Pack, Requirement
from cases.selectors import HandIn, may_see_paper, note_for
from cases.wording import validity_words
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.languages import in_language

TONES = {
    ItemState.SUBMITTED: "act",
    ItemState.CANNOT_PROVIDE: "act",
    ItemState.CHANGES_REQUESTED: "wait",
    ItemState.REQUESTED: "wait",
    ItemState.STARTED: "wait",
    ItemState.ACCEPTED: "done",
    ItemState.WAIVED: "quiet",
    ItemState.NO_LONGER_NEEDED: "quiet",
}
KINDS = {
    "document": gettext_lazy("Document"),
    "answer": gettext_lazy("Question"),
    "step": gettext_lazy("Step"),
    "physical": gettext_lazy("Original to bring"),
    "fee": gettext_lazy("Fee"),
}


@dataclass(frozen=True, slots=True)
class ItemRow:
    item: ChecklistItem
    requirement: Requirement
    kind: str | Promise
    provider: str | Promise
    status: str
    tone: str
    evidence: ShownEvidence
    missing: str
    lapses: bool
    validity: str
    note: str  # as far as the reader may see it
    settled_by: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Checklist:
    """`settled`: accepted or waived, and good until the hand-in. What is `not_needed` any more counts for nothing."""

    now: list[ItemRow]
    later: list[ItemRow]
    settled: list[ItemRow]
    not_needed: list[ItemRow]

    @property
    def total(self) -> int:
        return len(self.now) + len(self.later) + len(self.settled)


def checklist_of(
    request: HttpRequest,
    case: Case,
    items: Sequence[ChecklistItem],
    pack: Pack,
    *,
    actor: Actor,
    hand_in: HandIn,
    today: date,
    names: dict[str, str],
) -> Checklist:
    more: list[dict[str, list[Link]]] = [part.item_links(request, case, items, pack) for part in PARTS]
    rows = []
    for item in items:
        links = [link for of_part in more for link in of_part.get(item.code, [])]
        rows.append(_row(case, item, pack, actor, hand_in, today, names, links))
    position = pack.stage_index(case.stage)
    unsettled = [row for row in rows if not row.item.is_settled or row.lapses]
    done = [row for row in rows if row.item.is_settled and not row.lapses]
    return Checklist(
        now=[row for row in unsettled if row.item.stage_position <= position or row.lapses],
        later=[row for row in unsettled if row.item.stage_position > position and not row.lapses],
        settled=[row for row in done if row.item.state != ItemState.NO_LONGER_NEEDED],
        not_needed=[row for row in done if row.item.state == ItemState.NO_LONGER_NEEDED],
    )


def _row(
    case: Case,
    item: ChecklistItem,
    pack: Pack,
    actor: Actor,
    hand_in: HandIn,
    today: date,
    names: dict[str, str],
    links: list[Link],
) -> ItemRow:
    requirement = pack.requirement(item.code)
    lapses = item.state == ItemState.ACCEPTED and item.valid_until is not None and item.valid_until < hand_in.on
    status, tone = _status(item, requirement, lapses=lapses)
    validity = validity_words(item, hand_in)
    missing = _("; ").join(in_language(fact_label(path)) for path in item.missing_facts)
    own = _own_links(case, item, requirement, actor) if case.closed_at is None else []
    return ItemRow(
        item=item,
        requirement=requirement,
        kind=KINDS[requirement.kind],
        provider=WhoseTurn(requirement.provider).label,
        status=status,
        tone=tone,
        evidence=shown(requirement.evidence, today),
        missing=missing,
        lapses=lapses,
        validity=in_language(validity) if validity else "",
        note=note_for(item, requirement, actor),
        settled_by=names.get(item.settled_by, ""),
        links=links + own,
    )


def _status(item: ChecklistItem, requirement: Requirement, *, lapses: bool) -> tuple[str, str]:
    """The staff's wording. What hangs on the route or the dates is said here; what is stored keeps its state."""
    if lapses:
        return _("Accepted – lapses before hand-in"), "stop"
    if item.is_settled:
        return str(ItemState(item.state).label), TONES[ItemState(item.state)]
    if item.is_undecided:
        return _("May be needed"), "wait"
    if item.state == ItemState.REQUESTED and requirement.evidence.level == "not_published":
        return _("Not published yet"), "quiet"
    if item.state == ItemState.CANNOT_PROVIDE:
        return _("Cannot provide – decide"), "act"
    return str(ItemState(item.state).label), TONES[ItemState(item.state)]


def _own_links(case: Case, item: ChecklistItem, requirement: Requirement, actor: Actor) -> list[Link]:
    links = []
    if item.state in (ItemState.ACCEPTED, ItemState.WAIVED):
        return [Link(_("Open again"), act_url(case, "reopen", item.code))] if actor.may(Permission.WAIVE_ITEMS) else []
    if item.is_settled:
        return []
    by_answer = bool(item.missing_facts or requirement.fills)
    if by_answer and actor.may(Permission.EDIT_CASES):
        links.append(Link(_("Tell us"), tell_us_url(case, requirement)))
    if actor.may(Permission.SETTLE_ITEMS) and may_see_paper(requirement, actor):
        label = _("Settle without a file") if requirement.kind == "document" else pgettext("verb", "Settle")
        links.append(Link(label, act_url(case, "settle", item.code)))
    if actor.may(Permission.WAIVE_ITEMS):
        links.append(Link(pgettext("verb", "Waive"), act_url(case, "waive", item.code)))
    return links
