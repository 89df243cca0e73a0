"""The history of a case, newest first, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cases.history import EVENT_LABELS
from cases.models import CaseEvent, Post
from cases.post_selectors import posts_named
from cases.records import KINDS
from cases.routes.facts import label as fact_label
from cases.routes.schema import Pack
from relo.core.languages import in_language
from relo.desk.people import names_of


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    about: str
    who: str
    at: datetime


def lines(events: Iterable[CaseEvent], pack: Pack) -> list[Line]:
    rows = list(events)
    names = names_of(ref for event in rows for ref in (f"{event.actor_kind}:{event.actor_ref}", _member_in(event)))
    posts = posts_named(rows)
    return [
        Line(
            what=in_language(EVENT_LABELS[event.kind]) if event.kind in EVENT_LABELS else event.kind,
            about=names[_member_in(event)] if _member_in(event) else _about(event, pack, posts),
            who=names[f"{event.actor_kind}:{event.actor_ref}"],
            at=event.at,
        )
        for event in rows
    ]


def _member_in(event: CaseEvent) -> str:
    return f"staff:{event.data['member']}" if "member" in event.data else ""


def _about(event: CaseEvent, pack: Pack, posts: Mapping[str, Post]) -> str:
    """What the codes in the event stand for in this edition of the route."""
    data = event.data
    if data.get("post") in posts:
        return f"{in_language(posts[data['post']])} · {data.get('edition', '')}"
    names = {requirement.code: requirement.name for requirement in pack.requirements}
    stages = {stage.code: stage.name for stage in pack.stages}
    rules = {rule.code: rule.name for rule in pack.rules}
    if data.get("item") in names:
        return in_language(names[data["item"]])
    if data.get("rule") in rules:
        return in_language(rules[data["rule"]])
    if event.kind == "case.moved" and data.get("target") in stages:
        source = stages.get(data.get("source", ""))
        target = in_language(stages[data["target"]])
        return f"{in_language(source)} → {target}" if source is not None else target
    if "fact" in data:
        return in_language(fact_label(data["fact"]))
    if data.get("record") in KINDS:
        return in_language(KINDS[data["record"]].label)
    if "edition" in data:
        return f"{data.get('route', '')} {data['edition']}".strip()
    return f"#{data['number']}" if "number" in data else ""
