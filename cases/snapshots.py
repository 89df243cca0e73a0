"""Open cases as the pure rules of impact see them, many at a time with a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from cases.models import Case, CaseEvent, ChecklistItem
from cases.packs import pack_of_case
from cases.routes.impact import CaseSnapshot, Comparison, Effect, ItemSnapshot, effects
from cases.routes.schema import Pack
from cases.selectors import facts_of, hand_in_of
from cases.wanted_reminders import DATING, case_now
from relo.core import clock


def with_what_impact_reads(cases: QuerySet[Case]) -> QuerySet[Case]:
    items = ChecklistItem.objects.order_by("position")
    events = CaseEvent.objects.filter(kind__in=DATING).order_by("id")
    read = cases.select_related("candidate", "agency", "route_version").defer("route_version__content")
    wanted: list[Any] = [
        Prefetch("items", items, to_attr="items_read"),
        Prefetch("events", events, to_attr="events_read"),
    ]
    return read.prefetch_related(*wanted)


class Packs:
    """Two packs are compared once, however many cases are on them."""

    def __init__(self) -> None:
        self._compared: dict[tuple[int, int], Comparison] = {}

    def between(self, old: Pack, new: Pack) -> Comparison:
        key = (id(old), id(new))  # both are kept alive by what is stored
        if key not in self._compared:
            self._compared[key] = Comparison.of(old, new)
        return self._compared[key]


def effects_on(case: Case, new: Pack, packs: Packs) -> list[Effect]:
    """What the pack would do to a case that was read by with_what_impact_reads()."""
    old = pack_of_case(case)
    return effects(packs.between(old, new), snapshot_of(case, old, new))


def snapshot_of(case: Case, old: Pack, new: Pack) -> CaseSnapshot:
    items: Sequence[ChecklistItem] = case.items_read  # type: ignore[attr-defined]
    events: Iterable[CaseEvent] = case.events_read  # type: ignore[attr-defined]
    before = hand_in_of(case, old).on
    is_there = any(stage.code == case.stage for stage in new.stages)
    return CaseSnapshot(
        stage=case.stage,
        is_sealed=packet_stands(case, old),
        facts=facts_of(case),
        today=clock.today(case.agency.time_zone),
        hand_in_before=before,
        hand_in_after=hand_in_of(case, new).on if is_there else before,
        items=tuple(
            ItemSnapshot(item.code, item.state, item.issued_on, item.expires_on, item.valid_until) for item in items
        ),
        now=case_now(case, old, items, events),
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
