"""The way of a case through its stages: what is behind, where it stands, what comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, CaseEvent
from cases.portal.sourced import HowSure, how_sure
from cases.routes.schema import Pack, Stage
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class StageLine:
    name: str
    place: Literal["behind", "here", "ahead"]
    entered_at: datetime | None
    what_happens: str
    usual_time: str
    sure: HowSure


@dataclass(frozen=True, slots=True)
class Way:
    lines: tuple[StageLine, ...]

    @property
    def here(self) -> StageLine:
        return next(line for line in self.lines if line.place == "here")

    @property
    def behind(self) -> tuple[StageLine, ...]:
        return self.lines[: self.number - 1]

    @property
    def from_here(self) -> tuple[StageLine, ...]:
        return self.lines[self.number - 1 :]

    @property
    def number(self) -> int:
        return self.lines.index(self.here) + 1

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def following(self) -> StageLine | None:
        return next((line for line in self.lines if line.place == "ahead"), None)


def way_of(case: Case, pack: Pack, events: Iterable[CaseEvent]) -> Way:
    """Stages on the straight way, and those off it only where the case has been."""
    entered = {pack.first_stage: case.opened_at}
    for event in events:
        if event.kind == "case.moved" and event.data.get("target"):
            entered[event.data["target"]] = event.at
    path = _straight_way(pack)
    here = pack.stage(case.stage)
    if case.stage not in path:  # an errand or an end off the way: it stands after the last stage reached
        reached = [code for code in path if code in entered]
        at = path.index(reached[-1]) + 1 if reached else 0
        path = [*path[:at], case.stage, *([] if here.closing else path[at:])]
    at = path.index(case.stage)
    return Way(
        tuple(
            _line(pack.stage(code), "here" if index == at else "behind" if index < at else "ahead", entered.get(code))
            for index, code in enumerate(path)
        )
    )


def _straight_way(pack: Pack) -> list[str]:
    """From the first stage along the forward moves, past what is optional, to an end."""
    code, path = pack.first_stage, [pack.first_stage]
    while True:
        onward = [move.target for move in pack.moves_from(code) if move.kind == "forward"]
        ahead = [target for target in onward if not pack.stage(target).optional and target not in path]
        if not ahead:
            return path
        code = ahead[0]
        path.append(code)


def _line(stage: Stage, place: Literal["behind", "here", "ahead"], entered_at: datetime | None) -> StageLine:
    return StageLine(
        name=in_language(stage.name),
        place=place,
        entered_at=entered_at if place != "ahead" else None,
        what_happens=in_language(stage.what_happens),
        usual_time=_usual_time(stage),
        sure=how_sure(stage.evidence),
    )


def _usual_time(stage: Stage) -> str:
    if stage.closing:
        return ""
    if not stage.expected_days:
        return _("Nobody knows how long this takes.")
    if stage.day_kind == "working":
        return ngettext("about %(days)s working day", "about %(days)s working days", stage.expected_days) % {
            "days": stage.expected_days
        }
    return ngettext("about %(days)s day", "about %(days)s days", stage.expected_days) % {"days": stage.expected_days}
