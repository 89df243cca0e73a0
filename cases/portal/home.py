"""The candidate's first page: whose turn, what next, the list, and what nobody has settled yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cases.attempts import hold_of
from cases.history import EVENT_LABELS
from cases.models import Case, CaseEvent, Post
from cases.packs import in_force, pack_of_case
from cases.portal.checklist import Checklist, Line, checklist_of, next_thing
from cases.portal.costs import Cost, costs_of
from cases.portal.outside import Outside, outside_of
from cases.portal.sourced import HowSure, how_sure
from cases.portal.stages import Way, way_of
from cases.portal.words import BY, HOW_SURE, ON_HOLD, TITLES, TURNS, Words
from cases.post_selectors import posts_named
from cases.post_words import matters
from cases.routes.schema import OpenQuestion, Pack
from cases.routes.values import Evidence
from cases.selectors import DecidedFinding, HandIn, facts_of, findings_of, hand_in_of, items_of, timeline_of
from relo.core.languages import in_language

# What people ask first, and no route yet answers.
ASKED_FIRST = ("work", "family", "money", "job_matching", "long_stay")
LATEST = 6
LOOKED_AT = 40  # enough to find the latest few among steps of the office
# What a candidate is told of the timeline; the office's own business stays there.
TOLD = (
    "case.opened",
    "case.moved",
    "case.held",
    "case.resumed",
    "attempt.begun",
    "case.post_chosen",
    "facts.changed",
    "item.added",
    "item.accepted",
    "item.changes_requested",
    "item.waived",
    "item.reopened",
    "item.no_longer_needed",
    "document.uploaded",
    "packet.shown",
    "packet.approved",
    "packet.error_reported",
    "packet.sealed",
    "packet.handed_in",
)


@dataclass(frozen=True, slots=True)
class Question:
    question: str
    what_we_know: str
    sure: HowSure


@dataclass(frozen=True, slots=True)
class Point:
    """A rule that does not simply say yes. `is_decided`: a person at the agency looked at it and goes ahead."""

    name: str
    says: str
    is_decided: bool
    sure: HowSure


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    by: Words
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class RightToWork:
    allowed: bool
    text: str
    sure: HowSure


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    answer: str
    text: str
    how_sure: Words


@dataclass(frozen=True, slots=True)
class WhereTo:
    """The consulate or visa centre, and what its page said on the day it was read."""

    name: str
    page_url: str
    read_on: date
    says: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Home:
    case: Case
    title: Words
    route: str
    turn: Words
    turn_detail: Words
    next: Line | None
    checklist: Checklist
    way: Way
    hand_in: HandIn
    post: WhereTo | None
    asked_first: tuple[Question, ...]
    also_open: tuple[Question, ...]
    points: tuple[Point, ...]
    right_to_work: RightToWork
    is_china: bool
    latest: tuple[Happened, ...]
    costs: tuple[Cost, ...]
    outside: Outside

    @property
    def decided(self) -> int:
        return sum(point.is_decided for point in self.points)


def home_of(case: Case) -> Home:
    pack = pack_of_case(case)
    hand_in = hand_in_of(case, pack)
    items = list(items_of(case))
    checklist = checklist_of(case, pack, items, hand_in)
    moves = timeline_of(case).filter(kind="case.moved").order_by("id")
    turn, detail = ON_HOLD if hold_of(case) else TURNS["" if case.closed_at else case.whose_turn]
    first, rest = _questions(pack)
    return Home(
        case=case,
        title=TITLES.get(case.route_code, in_language(pack.name)),
        route=in_language(pack.name),
        turn=turn,
        turn_detail=detail,
        next=None if case.closed_at else next_thing(checklist, pack.stage_index(case.stage)),
        checklist=checklist,
        way=way_of(case, pack, moves),
        hand_in=hand_in,
        post=_where_to(case),
        asked_first=first,
        also_open=rest,
        points=tuple(_point(row) for row in findings_of(case, pack) if row.finding.result != "pass"),
        right_to_work=RightToWork(
            allowed=pack.right_to_work.allowed,
            text=in_language(pack.right_to_work.text),
            sure=how_sure(pack.right_to_work.evidence),
        ),
        is_china=pack.country == "CN",
        costs=costs_of(pack, facts_of(case), hand_in.on),
        outside=outside_of(case),
        latest=_latest(pack, timeline_of(case).filter(kind__in=TOLD)[:LOOKED_AT]),
    )


def _where_to(case: Case) -> WhereTo | None:
    if case.post_edition_id is None:
        return None
    edition = in_force(case.post_edition_id)
    return WhereTo(
        name=in_language(edition.post_name),
        page_url=edition.overlay.source_url,
        read_on=edition.overlay.read_on,
        says=tuple(
            Said(
                title=in_language(line.title),
                answer=in_language(line.answer) if line.answer else "",
                text=in_language(line.text) if line.text else "",
                how_sure="" if line.evidence is None or _stands_there(line.evidence) else HOW_SURE[line.evidence.level],
            )
            for line in matters(edition.overlay)
        ),
    )


def _stands_there(evidence: Evidence) -> bool:
    """What is on the page needs no further word; what is not, does."""
    return evidence.level == "mission_practice"


def _questions(pack: Pack) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    first = [q for topic in ASKED_FIRST for q in pack.open_questions if q.topic == topic]
    rest = [q for q in pack.open_questions if q.topic not in ASKED_FIRST]
    return tuple(map(_question, first)), tuple(map(_question, rest))


def _question(question: OpenQuestion) -> Question:
    return Question(in_language(question.question), in_language(question.what_we_know), how_sure(question.evidence))


def _point(row: DecidedFinding) -> Point:
    return Point(
        name=in_language(row.finding.name),
        says=in_language(row.finding.says),
        is_decided=row.decision is not None and row.decision.go_ahead,
        sure=how_sure(row.finding.evidence),
    )


def _latest(pack: Pack, events: Iterable[CaseEvent]) -> tuple[Happened, ...]:
    theirs = [event for event in events if not _is_of_the_office(pack, event)][:LATEST]
    posts = posts_named(theirs)
    return tuple(
        Happened(
            at=event.at,
            by=BY[event.actor_kind],
            what=in_language(EVENT_LABELS[event.kind]),
            about=_about(pack, event, posts),
        )
        for event in theirs
    )


def _is_of_the_office(pack: Pack, event: CaseEvent) -> bool:
    code = event.data.get("item")
    return code is not None and pack.requirement(code).provider == "agency"


def _about(pack: Pack, event: CaseEvent, posts: Mapping[str, Post]) -> str:
    if event.data.get("post") in posts:
        return in_language(posts[event.data["post"]])
    if event.kind == "case.moved":
        target = event.data["target"]  # a stage of former rules may be gone
        return next((in_language(stage.name) for stage in pack.stages if stage.code == target), "")
    if code := event.data.get("item"):
        return in_language(pack.requirement(code).name)
    return ""
