"""A case as its reminders see it: which of them it calls for now."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from cases.attempts import hold_of
from cases.models import Case, CaseEvent, ChecklistItem
from cases.packs import pack_of_case
from cases.places import calendar_of
from cases.reminders import CaseNow, ItemNow, Planned, planned
from cases.routes.facts import to_cel
from cases.routes.schema import Pack
from cases.selectors import facts_of, hand_in_of


@dataclass(slots=True)
class ItemRow:
    """A checklist item without its model: half a million of them are read for ten thousand cases."""

    code: str
    state: str
    is_undecided: bool
    stage_position: int
    issued_on: date | None
    settled_on: date | None
    expires_on: date | None
    valid_until: date | None


@dataclass(slots=True)
class EventRow:
    kind: str
    at: datetime
    data: dict[str, str]


DATING = ("item.added", "item.reopened", "item.changes_requested", "case.moved")


def reminders_wanted(case: Case, rules: Container[str] | None = None) -> list[Planned]:
    """What the case calls for as it stands, under its lock; of these rules only. A closed case calls for nothing."""
    if case.closed_at is not None:
        return []
    pack = pack_of_case(case)
    items, events = item_rows([case.pk])[case.pk], event_rows([case.pk])[case.pk]
    now = case_now(case, pack, items, events, is_on_hold=hold_of(case) is not None)
    return planned([rule for rule in pack.reminders if rules is None or rule.code in rules], now)


def item_rows(case_ids: Collection[UUID]) -> dict[UUID, list[ItemRow]]:
    """By case, in the order of the list."""
    found: dict[UUID, list[ItemRow]] = {pk: [] for pk in case_ids}
    rows = ChecklistItem.objects.filter(case__in=case_ids).order_by("case", "position")
    for pk, *values in rows.values_list("case_id", *(field.name for field in fields(ItemRow))):
        found[pk].append(ItemRow(*values))
    return found


def event_rows(case_ids: Collection[UUID]) -> dict[UUID, list[EventRow]]:
    """By case, the oldest first: those that say when something was asked for."""
    found: dict[UUID, list[EventRow]] = {pk: [] for pk in case_ids}
    rows = CaseEvent.objects.filter(case__in=case_ids, kind__in=DATING).order_by("id")
    for pk, *values in rows.values_list("case_id", *(field.name for field in fields(EventRow))):
        found[pk].append(EventRow(*values))
    return found


def case_now(
    case: Case, pack: Pack, items: Iterable[ItemRow], events: Iterable[EventRow], *, is_on_hold: bool
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

    def __init__(self, case: Case, pack: Pack, events: Iterable[EventRow]) -> None:
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

    def asked_at(self, item: ItemRow) -> datetime:
        """The later of: it was put on the list, its stage was reached."""
        asked = self._asked.get(item.code, self._opened_at)
        return max(asked, self._reached.get(item.stage_position, asked))

    def changes_asked_at(self, item: ItemRow) -> datetime | None:
        return self._changes.get(item.code)


def _item_now(item: ItemRow, pack: Pack, history: _History, position: int, zone: ZoneInfo) -> ItemNow:
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
