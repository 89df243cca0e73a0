"""What moving the planned hand-in would do to a case, before anything is saved."""

import copy
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cases.applicability import applicable
from cases.calendars import is_estimate, next_open_day
from cases.models import Case, ChecklistItem
from cases.packs import pack_of_case
from cases.places import calendar_of
from cases.reminders import Planned, worth_planning
from cases.routes.schema import Pack
from cases.routes.values import Result, Text
from cases.selectors import (
    DecidedFinding,
    HandIn,
    facts_of,
    findings_of,
    hand_in_of,
    items_of,
    signature_of,
    visible_case,
)
from cases.services.details import refuse_past_hand_in
from cases.services.locking import refuse_closed
from cases.wanted_reminders import reminders_wanted
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor


@dataclass(frozen=True, slots=True)
class ChangedFinding:
    name: Text
    before: Result | None
    after: Result | None


@dataclass(frozen=True, slots=True)
class MovedReminder:
    """`before` empty: it comes into being; `after` empty: it is dropped."""

    text: Text
    item: Text | None
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A day that a reminder warns of, and that the hand-in would come after."""

    text: Text
    on: date


@dataclass(frozen=True, slots=True)
class HandInPreview:
    """`next_open`: the first day the post works from there on; later than the hand-in where it is closed that day.

    `opening_is_estimate`: holidays up to that day are not published yet.
    """

    before: HandIn
    after: HandIn
    lapses: tuple[ChecklistItem, ...]
    serves_again: tuple[ChecklistItem, ...]
    needed: tuple[str, ...]
    not_needed: tuple[str, ...]
    findings: tuple[ChangedFinding, ...]
    reminders: tuple[MovedReminder, ...]
    overtaken: tuple[Overtaken, ...]
    voids_signature: bool
    voids_seal: bool
    next_open: date
    opening_is_estimate: bool

    @property
    def is_closed_that_day(self) -> bool:
        return self.next_open != self.after.on

    @property
    def has_effects(self) -> bool:
        told = (self.lapses, self.serves_again, self.needed, self.not_needed, self.findings, self.reminders)
        return any((*told, self.overtaken, self.voids_signature, self.voids_seal, self.is_closed_that_day))

    @property
    def digest(self) -> str:
        """Names what was shown, so that nobody confirms what they have not seen."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def preview_hand_in(*, case_id: UUID, planned_hand_in: date | None, actor: Actor) -> HandInPreview:
    """What change_case() would do with this day; it refuses what change_case() would refuse."""
    actor.require(Permission.EDIT_CASES)
    case = visible_case(case_id, actor)
    refuse_closed(case)
    if planned_hand_in != case.planned_hand_in:
        refuse_past_hand_in(planned_hand_in, case.agency)
    return preview_of(case, planned_hand_in)


def preview_of(case: Case, planned_hand_in: date | None) -> HandInPreview:
    pack, moved = pack_of_case(case), copy.copy(case)
    moved.planned_hand_in = planned_hand_in
    before, after = hand_in_of(case, pack), hand_in_of(moved, pack)
    items = list(items_of(case))
    lapsed, lapses = ({item for item in items if item.lapses_before(day.on)} for day in (before, after))
    calendar, today = calendar_of(case), clock.today(case.candidate.time_zone)
    wanted = [
        {_same(one): one for one in worth_planning(reminders_wanted(each), today) if one.audience == "candidate"}
        for each in (case, moved)
    ]
    needed = [{row.code for row in applicable(pack, facts_of(case), day.on) if row.state == "needed"}
              for day in (before, after)]  # fmt: skip
    return HandInPreview(
        before=before,
        after=after,
        lapses=tuple(item for item in items if item in lapses - lapsed),
        serves_again=tuple(item for item in items if item in lapsed - lapses),
        needed=tuple(sorted(needed[1] - needed[0])),
        not_needed=tuple(sorted(needed[0] - needed[1])),
        findings=_changed(findings_of(case, pack), findings_of(moved, pack)),
        reminders=_moved(wanted[0], wanted[1], pack),
        overtaken=_overtaken(wanted[1].values(), before.on, after.on),
        voids_signature=signature_of(case) is not None and signature_of(moved) is None,
        voids_seal=case.planned_hand_in != planned_hand_in and asks_for_seal(case, pack) and case.sealed_at is not None,
        next_open=next_open_day(after.on, calendar),
        opening_is_estimate=is_estimate(today, after.on, calendar),
    )


def asks_for_seal(case: Case, pack: Pack) -> bool:
    """Whether a move out of the present stage waits for a sealed packet."""
    return any("packet_sealed" in move.gates for move in pack.moves_from(case.stage))


def _changed(before: list[DecidedFinding], after: list[DecidedFinding]) -> tuple[ChangedFinding, ...]:
    was = {row.finding.code: row.finding for row in before}
    now = {row.finding.code: row.finding for row in after}
    changed = []
    for code in sorted(was.keys() | now.keys()):
        old, new = was.get(code), now.get(code)
        if (old and old.result) != (new and new.result):
            name = (new or old).name  # type: ignore[union-attr]  # one of the two is there
            changed.append(ChangedFinding(name, old.result if old else None, new.result if new else None))
    return tuple(changed)


def _same(one: Planned) -> tuple[str, str, int]:
    """The same reminder of the same thing, whatever day it counts from."""
    return one.rule.code, one.item, one.offset


def _moved(
    before: dict[tuple[str, str, int], Planned], after: dict[tuple[str, str, int], Planned], pack: Pack
) -> tuple[MovedReminder, ...]:
    moved = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if (was and was.due_on) != (now and now.due_on):
            code, item, _offset = key
            text = next(rule.text for rule in pack.reminders if rule.code == code)
            name = pack.requirement(item).name if item else None
            moved.append(MovedReminder(text, name, was.due_on if was else None, now.due_on if now else None))
    return tuple(moved)


def _overtaken(wanted: Iterable[Planned], before: date, after: date) -> tuple[Overtaken, ...]:
    days = {
        (one.rule.code, one.deadline_on): Overtaken(one.rule.text, one.deadline_on)
        for one in wanted
        if one.deadline_on is not None and one.rule.trigger.fact != "planned_hand_in"
        and one.rule.trigger.item_date != "valid_until"  # told already, as what lapses
        and before <= one.deadline_on < after
    }  # fmt: skip
    return tuple(sorted(days.values(), key=lambda one: one.on))
