"""What happens at the authority, as the candidate reads it: appointments to keep, and how the application stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from cases.attempts import attempt_number
from cases.models import Appointment, AppointmentState, Case, Outcome
from cases.portal.words import Words
from cases.records import KINDS, records_of
from relo.core import clock

DECIDED: Mapping[str, Words] = {
    Outcome.ISSUED: _("Your visa was issued."),
    Outcome.REFUSED: _("Your application was refused. We tell you what can be done."),
    Outcome.WITHDRAWN: _("Your application was taken back."),
    Outcome.MORE_PAPERS: _("The authority asked for more papers. See your list for what is yours to send."),
}


@dataclass(frozen=True, slots=True)
class ToKeep:
    """Day and time as they read at the place."""

    what: Words
    on: date
    time: str
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`status`: in the authority's own words."""

    on: date
    status: str


@dataclass(frozen=True, slots=True)
class Outside:
    appointments: tuple[ToKeep, ...]
    standing: Standing | None
    decided: Words
    decided_on: date | None

    @property
    def is_empty(self) -> bool:
        return not self.appointments and self.standing is None and not self.decided


def outside_of(case: Case) -> Outside:
    planned = Appointment.objects.filter(case=case, state=AppointmentState.PLANNED, at__gte=clock.now())
    number = attempt_number(case)
    status = records_of(case, KINDS["status"]).filter(attempt=number).first()
    decision = records_of(case, KINDS["decision"]).filter(attempt=number).first()
    return Outside(
        appointments=tuple(map(_to_keep, planned.order_by("at"))),
        standing=Standing(status.on, status.status) if status else None,
        decided=DECIDED[decision.outcome] if decision else "",
        decided_on=decision.on if decision else None,
    )


def _to_keep(row: Appointment) -> ToKeep:
    there = row.at.astimezone(ZoneInfo(row.time_zone))
    return ToKeep(row.get_kind_display(), there.date(), row.local_time, row.place)
