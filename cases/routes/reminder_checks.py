"""Checks of how a reminder goes on: to whom after the candidate, and how often. A year is far enough for both."""

from collections.abc import Iterator

from cases.routes.faults import Fault, Place
from cases.routes.schema import ReminderRule

YEAR = 366
MOST_REPEATS = 52


def repeat_faults(rule: ReminderRule, at: Place) -> Iterator[Fault]:
    """A repeat has a step and exactly one end, and neither goes on for years."""
    every, times, until = rule.repeat_every_days, rule.repeat_times, rule.repeat_until_days
    if every is None:
        for name, value in (("repeat_times", times), ("repeat_until_days", until)):
            if value is not None:
                yield Fault("repeat_without_step", (*at, name))
        return
    place = (*at, "repeat_every_days")
    if not 1 <= every <= YEAR:
        yield Fault("repeat_step", place, {"days": str(every), "most": str(YEAR)})
        return
    if (times is None) == (until is None):
        yield Fault("repeat_without_end" if times is None else "repeat_with_two_ends", place)
        return
    last = max(rule.offsets_days)
    count = times if times is not None else ((until or 0) - last) // every
    end = (*at, "repeat_times" if times is not None else "repeat_until_days")
    if count < 1:
        yield Fault("repeat_never", end, {"first": str(last + every)})
    elif count > MOST_REPEATS or count * every > 2 * YEAR:
        most = str(min(MOST_REPEATS, 2 * YEAR // every))
        yield Fault("repeat_too_often", end, {"count": str(count), "most": most})


def escalation_faults(rule: ReminderRule, at: Place) -> Iterator[Fault]:
    """The candidate first, then the case manager, then the administrators."""
    if rule.manager_after_days is not None and rule.to == "agency":
        yield Fault("manager_reminded_anyway", (*at, "manager_after_days"))
        return
    earlier = min(rule.offsets_days)
    for name in ("manager_after_days", "administrators_after_days"):
        days = getattr(rule, name)
        if days is None:
            continue
        if days <= earlier:
            yield Fault("escalated_too_early", (*at, name), {"days": str(days), "earlier": str(earlier)})
        elif days > earlier + YEAR:
            yield Fault("escalated_too_late", (*at, name), {"days": str(days), "most": str(earlier + YEAR)})
        earlier = days
