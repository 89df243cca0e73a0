"""What in the records of a case does not fit the rest of it: said to staff, changed by nobody."""

from dataclasses import dataclass

from cases.models import Appointment, AppointmentKind, AppointmentState, Case
from cases.records import day_there
from cases.routes.schema import Pack, Text


@dataclass(frozen=True, slots=True)
class ProcessNotice:
    """`act`: where on the case it is put right."""

    code: str
    text: Text
    act: str


def notices_of(case: Case, pack: Pack) -> list[ProcessNotice]:
    if case.closed_at is not None:
        return []
    return [notice for notice in (_other_day(case, pack),) if notice is not None]


def _other_day(case: Case, pack: Pack) -> ProcessNotice | None:
    """The hand-in is appointed for another day than the one the papers are judged by."""
    standing = Appointment.objects.filter(
        case=case, kind=AppointmentKind.HAND_IN, state=AppointmentState.PLANNED
    ).order_by("-at").first()  # fmt: skip
    if standing is None or (day := day_there(standing)) == case.planned_hand_in:
        return None
    return ProcessNotice(
        "hand_in_appointed_otherwise",
        Text(
            en=f"The hand-in is appointed for {day.day} {day:%b} {day.year}. Plan it for that day, so that every paper"
            " is judged by it.",
            zh=f"递交预约在{day.year}年{day.month}月{day.day}日。请将计划递交日期改为该日，以便按该日核对全部材料。",
        ),
        "details",
    )
