"""Which reminders a case calls for, and when. Pure: rows, clock and settings are the caller's business."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cases.calendars import CHINA_ALONE, Calendar, add_days_of
from cases.routes.expressions import evaluate
from cases.routes.reminder_checks import MOST_REPEATS
from cases.routes.schema import ReminderRule, Trigger

NINE = time(9)
# Whom a reminder is for. A rule for the agency reminds whoever manages the case.
Audience = Literal["candidate", "manager", "administrators"]
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ItemNow:
    """An item as reminders see it; days are the candidate's.

    `is_confirmed`: it is known that this case needs it. `is_reached`: the case is in its stage or beyond.
    """

    code: str
    state: str
    provider: str
    is_confirmed: bool
    is_reached: bool
    asked_on: date
    changes_asked_on: date | None = None
    issued_on: date | None = None
    settled_on: date | None = None
    expires_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class CaseNow:
    """`facts` as to_cel() tells them; what is unknown is absent. `calendar`: what working days are counted by."""

    stage: str
    stage_entered_on: date
    is_handed_in: bool
    planned_hand_in: date | None
    facts: Mapping[str, Any]
    items: tuple[ItemNow, ...]
    is_on_hold: bool = False
    calendar: Calendar = CHINA_ALONE


@dataclass(frozen=True, slots=True)
class Planned:
    """`counts_from`: the day the offset counts from; `deadline_on`: when the duty itself is due, if on any day."""

    rule: ReminderRule
    item: str
    counts_from: date
    offset: int
    due_on: date
    deadline_on: date | None
    audience: Audience = "candidate"

    @property
    def cycle(self) -> str:
        """The same duty, day and offset is the same reminder, however often it is planned.

        A holiday that becomes known moves the day of one in working days; it stays the same reminder.
        """
        kind = "w" if self.rule.day_kind == "working" else ""
        to = "" if self.audience == "candidate" else f"!{self.audience[0]}"
        return f"{self.item}@{self.counts_from.isoformat()}{self.offset:+d}{kind}{to}"

    @property
    def key(self) -> tuple[str, str]:
        return self.rule.code, self.cycle


def planned(rules: Iterable[ReminderRule], case: CaseNow) -> list[Planned]:
    """Every reminder the case calls for as it stands, those of the past included.

    Nothing comes of a rule whose condition or date is unknown. While the case is on hold only days that come by
    themselves are told of: a passport expires and a stay ends whether anybody works or not.
    """
    return [
        _planned(rule, item, day, offset, audience, case.calendar)
        for rule in rules
        if _holds(rule, case) and (not case.is_on_hold or _runs_on(rule.trigger))
        for item, day in _starts(rule, case)
        for audience, offset in steps_of(rule)
    ]


def offsets_of(rule: ReminderRule) -> tuple[int, ...]:
    """Those that the rule lists, and its repeats after the last of them; the checks of a pack bound both."""
    every, last = rule.repeat_every_days, max(rule.offsets_days)
    if every is None:
        return rule.offsets_days
    until = rule.repeat_until_days
    times = (until - last) // every if until is not None else rule.repeat_times or 0
    return (*rule.offsets_days, *(last + every * n for n in range(1, min(times, MOST_REPEATS) + 1)))


def steps_of(rule: ReminderRule) -> Iterator[tuple[Audience, int]]:
    """Whom it reminds, and on which day from its start: the candidate, then the staff where nothing is done."""
    first: Audience = "candidate" if rule.to == "candidate" else "manager"
    yield from ((first, offset) for offset in offsets_of(rule))
    if rule.manager_after_days is not None:
        yield "manager", rule.manager_after_days
    if rule.administrators_after_days is not None:
        yield "administrators", rule.administrators_after_days


def worth_planning(wanted: Iterable[Planned], today: date) -> list[Planned]:
    """What is still to come and, of what was missed, the last reminder of each duty unless its day is over.

    Each audience has a last one of its own.
    """
    coming: list[Planned] = []
    missed: dict[tuple[str, str, date, Audience], Planned] = {}
    for one in sorted(wanted, key=lambda one: one.due_on):
        duty = (one.rule.code, one.item, one.counts_from, one.audience)
        if one.due_on >= today:
            coming.append(one)
            if one.due_on == today:
                missed.pop(duty, None)
        elif one.deadline_on is None or one.deadline_on >= today:
            missed[duty] = one
    return [*missed.values(), *coming]


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time as UTC: the first of two where clocks go back, the next there is where they go forward."""
    wanted = datetime.combine(day, at)
    later = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _local(later, zone) == wanted:
        return later
    # Clocks jump over this time: the jump lies between the two ways to read it.
    earlier = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while later - earlier > _SECOND:
        middle = earlier + (later - earlier) // 2
        if _local(middle, zone) < wanted:
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _planned(rule: ReminderRule, item: str, day: date, offset: int, audience: Audience, calendar: Calendar) -> Planned:
    if rule.due_days is not None:
        deadline: date | None = add_days_of(rule.day_kind, day, rule.due_days, calendar)
    else:
        deadline = day if rule.trigger.event == "date" and offset <= 0 else None
    return Planned(rule, item, day, offset, add_days_of(rule.day_kind, day, offset, calendar), deadline, audience)


def _holds(rule: ReminderRule, case: CaseNow) -> bool:
    return rule.when is None or evaluate(rule.when, case.facts, rule.reads) is True


def _runs_on(trigger: Trigger) -> bool:
    return trigger.event == "date" and trigger.fact not in (None, "planned_hand_in")


def _starts(rule: ReminderRule, case: CaseNow) -> Iterator[tuple[str, date]]:
    """The items and days a rule starts from; an empty item where it is about none."""
    trigger = rule.trigger
    if trigger.event == "stage_entered":
        starts = [("", case.stage_entered_on)] if case.stage == trigger.stage else []
    elif trigger.event == "date":
        starts = list(_dates(trigger, case))
    else:
        starts = list(_asked(trigger, case, rule.to))
    more = _plus_days(trigger, case)
    if more is not None:
        yield from ((item, day + more) for item, day in starts)


def _asked(trigger: Trigger, case: CaseNow, to: str) -> Iterator[tuple[str, date]]:
    for item in case.items:
        # A rule that names its item speaks for itself; one for all items is about those that its reader provides.
        is_meant = item.code == trigger.item if trigger.item else item.provider == to
        if not is_meant or not item.is_confirmed:
            continue
        if trigger.event == "changes_requested":
            if item.state == "changes_requested" and item.changes_asked_on is not None:
                yield item.code, item.changes_asked_on
        elif item.state in ("requested", "started") and item.is_reached:
            yield item.code, item.asked_on


def _dates(trigger: Trigger, case: CaseNow) -> Iterator[tuple[str, date]]:
    if trigger.on is not None:
        yield "", trigger.on
    elif trigger.fact is not None:
        days = [case.planned_hand_in] if trigger.fact == "planned_hand_in" else _facts(case.facts, trigger.fact)
        told = (day.date() if isinstance(day, datetime) else day for day in days)
        yield from (("", day) for day in sorted({day for day in told if isinstance(day, date)}))
    for item in case.items:
        if item.code != trigger.item or item.state != "accepted" or trigger.item_date is None:
            continue
        # A document serves up to the hand-in; that it lapses later is nobody's trouble.
        if trigger.item_date == "valid_until" and case.is_handed_in:
            continue
        of_item = {
            "issued_on": item.issued_on,
            "settled_on": item.settled_on,
            "expires_on": item.expires_on,
            "valid_until": item.valid_until,
        }[trigger.item_date]
        if of_item is not None:
            yield item.code, of_item


def _plus_days(trigger: Trigger, case: CaseNow) -> timedelta | None:
    days = trigger.plus_days
    if trigger.plus_days_fact is not None:
        told = _fact(case.facts, trigger.plus_days_fact)
        if not isinstance(told, int) or isinstance(told, bool):
            return None
        days += told
    return timedelta(days=days)


def _facts(facts: Mapping[str, Any], path: str) -> list[object]:
    """The fact; of a list, that of each entry which has it."""
    head, is_list, leaf = path.partition("[].")
    return [row.get(leaf) for row in facts.get(head, ())] if is_list else [_fact(facts, path)]


def _fact(facts: Mapping[str, Any], path: str) -> object:
    head, _, leaf = path.partition(".")
    value = facts.get(head)
    if not leaf:
        return value
    return value.get(leaf) if isinstance(value, Mapping) else None
