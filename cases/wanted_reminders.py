"""A case as its reminders see it: which of them it calls for now."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cases.attempts import hold_of
from cases.models import Case, CaseEvent
from cases.packs import pack_of_case
from cases.places import calendar_of
from cases.reminders import CaseNow, ItemNow, Planned, planned
from cases.routes.facts import to_cel
from cases.routes.schema import Pack
from cases.selectors import facts_of, hand_in_of, items_of


class ItemRead(Protocol):
    """What is read of an item: of the model, or of the plain rows that many cases are read by."""

    code: str
    state: str
    is_undecided: bool
    stage_position: int
    issued_on: date | None
    settled_on: date | None
    expires_on: date | None
    valid_until: date | None


class EventRead(Protocol):
    kind: str
    at: datetime
    data: dict[str, str]


DATING = ("item.added", "item.reopened", "item.changes_requested", "case.moved")


def reminders_wanted(case: Case) -> list[Planned]:
    """What the case calls for as it stands, under its lock. A closed case calls for nothing."""
    if case.closed_at is not None:
        return []
    pack = pack_of_case(case)
    now = case_now(case, pack, items_of(case), dating_events(case), is_on_hold=hold_of(case) is not None)
    return planned(pack.reminders, now)


def dating_events(case: Case) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(case=case, kind__in=DATING).order_by("id")


def case_now(
    case: Case, pack: Pack, items: Iterable[ItemRead], events: Iterable[EventRead], *, is_on_hold: bool
) -> CaseNow:
    """`events`: those of the kinds in DATING, the oldest first."""
    zone = ZoneInfo(case.candidate.time_zone)
    history = _History(case, pack, events)
    position = pack.stage_index(case.stage)
    hand_in = next((at for at, stage in enumerate(pack.stages) if stage.code == "hand_in"), len(pack.stages))
    return CaseNow(
        stage=case.stage,
        stage_entered_on=_day(case.stage_entered_at, zone),
        is_handed_in=position > hand_in,
        planned_hand_in=case.planned_hand_in,
        facts=to_cel(facts_of(case), hand_in_of(case, pack).on),
        items=tuple(_item_now(item, pack, history, position, zone) for item in items),
        is_on_hold=is_on_hold,
        calendar=calendar_of(case),
    )


class _History:
    """When each item was asked for, when it was given back, and when each stage was first reached."""

    def __init__(self, case: Case, pack: Pack, events: Iterable[EventRead]) -> None:
        self._opened_at = case.opened_at
        self._asked: dict[str, datetime] = {}
        self._changes: dict[str, datetime] = {}
        self._reached = dict.fromkeys(range(pack.stage_index(pack.first_stage) + 1), case.opened_at)
        positions = {stage.code: position for position, stage in enumerate(pack.stages)}
        for event in events:
            if event.kind == "case.moved":
                # A stage of former rules may be gone.
                for position in range(positions.get(event.data["target"], -1) + 1):
                    self._reached.setdefault(position, event.at)
            elif event.kind == "item.changes_requested":
                self._changes[event.data["item"]] = event.at
            else:
                self._asked[event.data["item"]] = event.at

    def asked_at(self, item: ItemRead) -> datetime:
        """The later of: it was put on the list, its stage was reached."""
        asked = self._asked.get(item.code, self._opened_at)
        return max(asked, self._reached.get(item.stage_position, asked))

    def changes_asked_at(self, item: ItemRead) -> datetime | None:
        return self._changes.get(item.code)


def _item_now(item: ItemRead, pack: Pack, history: _History, position: int, zone: ZoneInfo) -> ItemNow:
    requirement = pack.requirement(item.code)
    changes_asked_at = history.changes_asked_at(item)
    return ItemNow(
        code=item.code,
        state=item.state,
        provider=requirement.provider,
        is_confirmed=not item.is_undecided and requirement.evidence.level != "not_published",
        is_reached=item.stage_position <= position,
        asked_on=_day(history.asked_at(item), zone),
        changes_asked_on=None if changes_asked_at is None else _day(changes_asked_at, zone),
        issued_on=item.issued_on,
        settled_on=item.settled_on,
        expires_on=item.expires_on,
        valid_until=item.valid_until,
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
