"""Open cases as the pure rules of impact see them, many at a time with a constant number of queries."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from cases.changed_rules import facts_after, pack_after
from cases.models import Case, Hold, RuleChange
from cases.packs import pack_of_case
from cases.routes.impact import CaseSnapshot, Comparison, Effect, ItemSnapshot, effects
from cases.routes.schema import Pack
from cases.selectors import facts_of, hand_in_of
from cases.wanted_reminders import EventRow, ItemRow, case_now, event_rows, item_rows
from relo.core import clock


@dataclass(frozen=True, slots=True)
class Read:
    """A case with what impact looks at."""

    case: Case
    items: list[ItemRow]
    events: list[EventRow]
    is_on_hold: bool


def read(cases: QuerySet[Case]) -> list[Read]:
    """Four queries, however many cases."""
    found = list(cases.select_related("candidate", "agency", "route_version").defer("route_version__content"))
    ids = [case.pk for case in found]
    items, events = item_rows(ids), event_rows(ids)
    held = set(Hold.objects.filter(case__in=ids, ended_at=None).values_list("case_id", flat=True))
    return [Read(case, items[case.pk], events[case.pk], case.pk in held) for case in found]


class Packs:
    """Two packs are compared once, however many cases are on them; a case with former requirements has its own."""

    def __init__(self) -> None:
        self._compared: dict[tuple[int, int], Comparison] = {}

    def between(self, old: Pack, new: Pack) -> Comparison:
        key = (id(old), id(new))  # both are kept alive by what is stored
        if key not in self._compared:
            self._compared[key] = Comparison.of(old, new)
        return self._compared[key]


def effects_on(read: Read, change: RuleChange, packs: Packs) -> list[Effect]:
    compared = packs.between(pack_of_case(read.case), pack_after(change, read.case))
    return effects(compared, snapshot_of(read, change, compared))


def snapshot_of(read: Read, change: RuleChange, compared: Comparison) -> CaseSnapshot:
    case, old, new = read.case, compared.old, compared.new
    reminded = compared.reminded if change.post_edition_id is None else None
    before = hand_in_of(case, old).on
    is_there = any(stage.code == case.stage for stage in new.stages)
    return CaseSnapshot(
        stage=case.stage,
        is_sealed=packet_stands(case, old),
        facts=facts_of(case),
        facts_after=None if change.post_edition_id is None else facts_after(change, case),
        today=clock.today(case.agency.time_zone),
        hand_in_before=before,
        hand_in_after=hand_in_of(case, new).on if is_there else before,
        items=tuple(
            ItemSnapshot(item.code, item.state, item.issued_on, item.expires_on, item.valid_until)
            for item in read.items
        ),
        now=case_now(
            case,
            old,
            [one for one in read.items if reminded is None or one.code in reminded],
            read.events,
            is_on_hold=read.is_on_hold,
        ),
    )


def packet_stands(case: Case, pack: Pack) -> bool:
    """Sealed, and not made void by sending the case back."""
    if case.sealed_packet is None or case.sealed_at is None:
        return False
    is_past = pack.stage_index(case.stage) > pack.stage_index(pack.packet_from)
    return is_past or case.sealed_at >= case.stage_entered_at


def stored(effect: Effect) -> dict[str, Any]:
    """As JSON; what is empty is left out."""
    told = asdict(effect)
    days = {name: told[name].isoformat() for name in ("was", "becomes") if told[name]}
    return {"kind": effect.kind, "subject": effect.subject, "detail": list(effect.detail)} | days


def effect_from(row: dict[str, Any]) -> Effect:
    days = {name: date.fromisoformat(row[name]) for name in ("was", "becomes") if row.get(name)}
    return Effect(row["kind"], row["subject"], tuple(row["detail"]), **days)
