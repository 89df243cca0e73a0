"""Gates: named conditions on a move. Pure: the date is a fact they are given.

Each returns every blocker, never just the first, so that a person can cure them all in one go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a gate is shut. `subject` is the code of an item or rule, or empty."""

    code: str
    subject: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemFacts:
    code: str
    is_settled: bool
    stage_position: int
    is_undecided: bool = False
    missing: tuple[str, ...] = ()
    state: str = "requested"
    valid_until: date | None = None
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """`go_ahead` is a person's decision on it, None while nobody decided."""

    code: str
    result: str
    severity: str
    go_ahead: bool | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostFacts:
    """How long what was read at the post may be relied on. `is_waived`: a named person goes on with it regardless."""

    fresh_until: date
    today: date
    is_waived: bool = False

    @property
    def is_stale(self) -> bool:
        return self.today > self.fresh_until


@dataclass(frozen=True, slots=True)
class CaseFacts:
    stage_position: int
    hand_in_on: date
    items: tuple[ItemFacts, ...] = ()
    findings: tuple[FindingFacts, ...] = ()
    sent_here_by: str = ""
    signed_by: str | None = None
    packet_is_sealed: bool = False
    is_on_hold: bool = False
    post: PostFacts | None = None


Gate = Callable[[CaseFacts], list[Blocker]]


def items_settled(facts: CaseFacts) -> list[Blocker]:
    """Everything asked for up to this stage is accepted, waived or no longer needed."""
    blockers = []
    for item in facts.items:
        if item.is_settled or item.stage_position > facts.stage_position:
            continue
        if item.is_undecided:
            blockers.append(Blocker("item_undecided", item.code, item.missing))
        elif item.state == "submitted":
            blockers.append(Blocker("item_to_check", item.code))
        else:
            blockers.append(Blocker("item_open", item.code))
    return blockers


def items_valid_at_hand_in(facts: CaseFacts) -> list[Blocker]:
    return [
        Blocker("item_lapses_before_hand_in", item.code)
        for item in facts.items
        if item.is_asked
        and item.state == "accepted"
        and item.valid_until is not None
        and item.valid_until < facts.hand_in_on
    ]


def findings_decided(facts: CaseFacts) -> list[Blocker]:
    """No rule that blocks says fail, and every rule that could not tell was decided by a person."""
    blockers = []
    for finding in facts.findings:
        if finding.result == "pass" or finding.severity != "blocks":
            continue
        if finding.result == "fail":
            blockers.append(Blocker("finding_fails", finding.code))
        elif finding.go_ahead:
            continue
        elif finding.go_ahead is False:
            blockers.append(Blocker("finding_decided_against", finding.code))
        elif finding.missing:
            blockers.append(Blocker("finding_untold", finding.code, finding.missing))
        else:
            blockers.append(Blocker("finding_undecided", finding.code))
    return blockers


def second_person_signed(facts: CaseFacts) -> list[Blocker]:
    """Four eyes: whoever sent the case to this stage cannot be the one who signs it."""
    if facts.signed_by is None:
        return [Blocker("signature_missing")]
    if facts.signed_by == facts.sent_here_by:
        return [Blocker("signature_of_the_same_person")]
    return []


def packet_sealed(facts: CaseFacts) -> list[Blocker]:
    return [] if facts.packet_is_sealed else [Blocker("packet_not_sealed")]


def post_is_fresh(facts: CaseFacts) -> list[Blocker]:
    """It is known where the case is handed in, and the page of that post was read lately enough."""
    if facts.post is None:
        return [Blocker("post_not_chosen")]
    return [Blocker("post_stale")] if facts.post.is_stale and not facts.post.is_waived else []


GATES: Mapping[str, Gate] = {
    "items_settled": items_settled,
    "items_valid_at_hand_in": items_valid_at_hand_in,
    "findings_decided": findings_decided,
    "second_person_signed": second_person_signed,
    "packet_sealed": packet_sealed,
    "post_is_fresh": post_is_fresh,
}
