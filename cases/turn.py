"""Whose turn it is. Derived from the stage and the open items, never typed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

WAITS_FOR_PROVIDER = ("requested", "started", "changes_requested")
OTHERS = ("authority", "employer", "third_party")


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An unsettled item of the stages up to this one."""

    provider: str
    state: str
    is_undecided: bool = False


def whose_turn(stage_acts: str, open_items: Iterable[OpenItem]) -> str:
    """The candidate, if anything of theirs is open; the agency, if there is anything to look at or nothing left to
    wait for; else whoever acts in this stage."""
    items = list(open_items)
    waiting = [item.provider for item in items if item.state in WAITS_FOR_PROVIDER and not item.is_undecided]
    if "candidate" in waiting:
        return "candidate"
    if len(waiting) < len(items) or not items:
        return "agency"
    if stage_acts in OTHERS:
        return stage_acts
    return next((party for party in OTHERS if party in waiting), "agency")
