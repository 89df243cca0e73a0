"""The checklist as the candidate reads it: grouped by subject, what is theirs apart from what we do for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, ChecklistItem
from cases.portal.words import GROUPS, Words, sentence
from cases.routes.facts import label
from cases.routes.schema import Pack, Requirement
from cases.selectors import HandIn
from cases.wording import candidate_label, state_of, validity_words
from relo.core.languages import in_language

Mark = Literal["todo", "urgent", "sent", "done", "quiet"]
MARKS: dict[str, Mark] = {
    "requested": "todo",
    "started": "todo",
    "submitted": "sent",
    "changes_requested": "urgent",
    "lapsing": "urgent",
    "may_be_needed": "quiet",
    "not_published": "quiet",
    "cannot_provide": "sent",
    "accepted": "done",
    "waived": "done",
    "no_longer_needed": "done",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`mark` says how much the status should stand out: what is done should not."""

    code: str
    kind: str
    name: str
    state: str
    status: str
    mark: Mark
    hint: str
    url: str
    stage_position: int
    provider: str

    @property
    def is_settled(self) -> bool:
        return self.mark == "done"


@dataclass(frozen=True, slots=True)
class Group:
    name: Words
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """`groups`, `later` and `settled` are the candidate's own; `ours`: steps the agency takes by itself.

    `later`: asked for only after the file has been put together. `perhaps`: how many may be needed and count for
    nothing as yet.
    """

    groups: tuple[Group, ...]
    later: tuple[Line, ...]
    settled: tuple[Line, ...]
    ours: tuple[Line, ...]
    perhaps: int

    @property
    def now(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)

    @property
    def total(self) -> int:
        return len(self.now) + len(self.later) + len(self.settled) - self.perhaps


def checklist_of(case: Case, pack: Pack, items: Iterable[ChecklistItem], hand_in: HandIn) -> Checklist:
    at = pack.stage_index(case.stage)
    horizon = max(at, pack.stage_index(pack.packet_from))
    by_group: dict[str, list[Line]] = {}
    later: list[Line] = []
    settled: list[Line] = []
    ours: list[Line] = []
    for item in items:
        if item.state == "no_longer_needed":
            continue
        requirement = pack.requirement(item.code)
        line = line_of(case, pack, item, requirement, hand_in)
        if requirement.provider == "agency":
            ours.append(line)
        elif line.is_settled:
            settled.append(line)
        elif item.stage_position > horizon:
            later.append(line)
        else:
            by_group.setdefault(requirement.group, []).append(line)
    still_open = [line for lines in by_group.values() for line in lines] + later
    return Checklist(
        groups=tuple(Group(GROUPS[group], tuple(by_group[group])) for group in GROUPS if group in by_group),
        later=tuple(later),
        settled=tuple(settled),
        ours=tuple(ours),
        perhaps=sum(line.state in ("may_be_needed", "not_published") for line in still_open),
    )


def line_of(case: Case, pack: Pack, item: ChecklistItem, requirement: Requirement, hand_in: HandIn) -> Line:
    state = state_of(item, requirement, hand_in.on)
    ours_to_find = state == "may_be_needed" and is_ours_to_find(pack, item.missing_facts)
    return Line(
        code=item.code,
        kind=item.kind,
        name=in_language(requirement.name),
        state=state,
        status=_("May be needed") if ours_to_find else in_language(candidate_label(state)),
        mark=MARKS[state],
        hint=_hint(case, pack, item, requirement, state, hand_in),
        url=reverse("portal:item", args=[case.pk, item.code]),
        stage_position=item.stage_position,
        provider=requirement.provider,
    )


def next_thing(checklist: Checklist, at: int) -> Line | None:
    """The one thing to do first: what was given back, then what lapses, then what this stage waits for."""
    theirs = [line for line in checklist.now if line.provider == "candidate"]

    def first(*states: str, up_to: int | None = None) -> Line | None:
        found = [
            line
            for line in theirs + list(checklist.later)
            if line.state in states and (up_to is None or line.stage_position <= up_to)
        ]
        # A file can be sent here and now; anything else needs a letter to the agency.
        return min(found, key=lambda line: line.kind != "document", default=None)

    return (
        first("changes_requested")
        or first("lapsing")
        or first("requested", "started", up_to=at)
        or next((line for line in theirs if line.state in ("requested", "started")), None)
    )


def is_ours_to_find(pack: Pack, paths: Collection[str]) -> bool:
    """Whether the agency brings these facts, such as what a consulate asks for."""
    ours = {path for requirement in pack.requirements if requirement.provider == "agency" for path in requirement.fills}
    return bool(paths) and ours.issuperset(paths)


def missing_words(paths: Iterable[str]) -> str:
    return _("; ").join(in_language(label(path)) for path in paths)


def _hint(case: Case, pack: Pack, item: ChecklistItem, requirement: Requirement, state: str, hand_in: HandIn) -> str:
    if state == "changes_requested":
        return item.note
    if validity := validity_words(item, hand_in, whose="your"):
        return sentence(validity)
    if state == "may_be_needed":
        facts = {"facts": missing_words(item.missing_facts)}
        if is_ours_to_find(pack, item.missing_facts):
            return _("We are finding out: %(facts)s") % facts
        return _("Tell us: %(facts)s") % facts
    if state in ("requested", "started") and requirement.provider == "employer":
        return _("Comes from your employer.")
    if state in ("requested", "started") and requirement.provider == "third_party":
        return _("Comes from a translator, a notary or an office; we tell you what to order.")
    if state in ("requested", "started") and item.stage_position > pack.stage_index(case.stage):
        return _("For the stage “%(stage)s”.") % {"stage": in_language(pack.stage(requirement.stage).name)}
    return ""
