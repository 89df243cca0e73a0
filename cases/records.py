"""The kinds of dated records: one table for the service and every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cases.attempts import attempt_number
from cases.models import (
    Address,
    ApplicationNumber,
    Appointment,
    AppointmentKind,
    AppointmentState,
    AuthorityDecision,
    Case,
    Entry,
    StatusNote,
)
from cases.models.process import ProcessRecord
from cases.routes.values import Text


@dataclass(frozen=True, slots=True)
class RecordKind:
    """`fields`: what is told of one. `past`: its days that cannot lie ahead. `spans`: a first day and a last one."""

    code: str
    label: Text
    model: type[ProcessRecord]
    fields: tuple[str, ...]
    newest: str
    past: tuple[str, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()


_KINDS = (
    RecordKind("status", Text(en="Status at the authority", zh="主管机关状态"), StatusNote,
               ("on", "status"), "-on", past=("on",)),
    RecordKind("number", Text(en="Application number", zh="申请编号"), ApplicationNumber,
               ("kind", "number"), "-noted_at"),
    RecordKind("appointment", Text(en="Appointment", zh="预约"), Appointment,
               ("kind", "at", "time_zone", "place", "state"), "-at"),
    RecordKind("decision", Text(en="Decision of the authority", zh="主管机关决定"), AuthorityDecision,
               ("outcome", "on", "reason"), "-on", past=("on",)),
    RecordKind("entry", Text(en="Entry into the country", zh="入境"), Entry,
               ("entered_on", "left_on"), "-entered_on", past=("entered_on", "left_on"),
               spans=(("entered_on", "left_on"),)),
    RecordKind("address", Text(en="Address", zh="住址"), Address,
               ("line", "since", "until", "registered_on"), "-since", past=("registered_on",),
               spans=(("since", "until"), ("since", "registered_on"))),
)  # fmt: skip
KINDS: Mapping[str, RecordKind] = {kind.code: kind for kind in _KINDS}


def records_of(case: Case, kind: RecordKind) -> QuerySet[Any]:
    """The newest first; of one day, the one that was noted last."""
    return kind.model._default_manager.filter(case=case).order_by(kind.newest, "-noted_at", "-pk")


def here_now(case: Case) -> date | None:
    """The day of the stay that lasts."""
    newest = records_of(case, KINDS["entry"]).first()
    return newest.entered_on if newest and newest.left_on is None else None


def lives_since(case: Case) -> date | None:
    newest = records_of(case, KINDS["address"]).first()
    return newest.since if newest and newest.until is None else None


def collects_on(case: Case) -> date | None:
    """The day at the place where the passport is collected."""
    standing = _collections(case).filter(state__in=(AppointmentState.PLANNED, AppointmentState.KEPT))
    newest = standing.order_by("-at").first()
    return day_there(newest) if newest else None


def day_there(appointment: Appointment) -> date:
    return appointment.at.astimezone(ZoneInfo(appointment.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Follows:
    """A fact that follows from records as long as there are any that tell of it."""

    telling: Callable[[Case], QuerySet[Any]]
    value: Callable[[Case], date | None]


def _collections(case: Case) -> QuerySet[Any]:
    """Of this application: what was appointed for an earlier one is over."""
    return Appointment.objects.filter(case=case, kind=AppointmentKind.COLLECTION, attempt=attempt_number(case))


FACTS: Mapping[str, Follows] = {
    "entered_on": Follows(lambda case: records_of(case, KINDS["entry"]), here_now),
    "address_since": Follows(lambda case: records_of(case, KINDS["address"]), lives_since),
    "pickup_on": Follows(_collections, collects_on),
}


def kept_facts(case: Case) -> frozenset[str]:
    """The facts that follow from records in this case; without any, what was told stands by itself."""
    return frozenset(fact for fact, follows in FACTS.items() if follows.telling(case).exists())
