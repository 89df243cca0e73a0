"""A route pack: one dated edition of a visa or permit programme, as data. Frozen; nothing unknown is let in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cases.routes.values import (
    Code,
    DayKind,
    Evidence,
    Expression,
    FactPath,
    Group,
    Part,
    Party,
    Result,
    Severity,
    Text,
    Topic,
    UpperCode,
)


class LegalBasis(Part):
    text: Text
    evidence: Evidence


class RightToWork(Part):
    allowed: bool
    text: Text
    evidence: Evidence


class Stage(Part):
    """`optional`: a route reaches its end without it. `closing`: nothing more is done on the case here."""

    code: Code
    name: Text
    acts: Party
    expected_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    day_kind: DayKind = "calendar"
    what_happens: Text
    closing: bool = False
    optional: bool = False
    evidence: Evidence


class Move(Part):
    name: Code
    source: Code
    target: Code
    gates: tuple[str, ...] = ()
    label: Text
    kind: Literal["forward", "back", "side"] = "forward"


class HowMany(Part):
    """`max` empty: as many as there are."""

    min: Annotated[int, Field(ge=0, le=50)] = 1
    max: Annotated[int, Field(ge=1, le=50)] | None = 1

    @model_validator(mode="after")
    def min_is_not_above_max(self) -> Self:
        if self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


class ShelfLife(Part):
    """How long a document serves. Age counts from its own date of issue, never from upload or authentication."""

    counts_from: Literal["issued_on", "expires_on"]
    months: Annotated[int, Field(ge=1, le=240)] | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    must_outlast_hand_in_months: Annotated[int, Field(ge=1, le=60)] | None = None

    @model_validator(mode="after")
    def fits_what_it_counts_from(self) -> Self:
        if self.counts_from == "issued_on":
            if (self.months is None) == (self.days is None):
                raise ValueError("counting from issued_on needs either months or days")
            if self.must_outlast_hand_in_months is not None:
                raise ValueError("must_outlast_hand_in_months goes with expires_on")
        elif self.months is not None or self.days is not None:
            raise ValueError("counting from expires_on takes neither months nor days")
        return self


class ChainLink(Part):
    """What is done to an original before it serves; `item`: the requirement under which the result is handed in."""

    step: Literal["notarial", "authentication", "translation"]
    item: Code


Span = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class PhotoLimits(Part):
    """Of a digital photo: pixels, and kilobytes of 1,024; least and most, both included."""

    width: Span
    height: Span
    kilobytes: Span

    @model_validator(mode="after")
    def _least_comes_first(self) -> Self:
        if any(least > most for least, most in (self.width, self.height, self.kilobytes)):
            raise PydanticCustomError("photo_limits_turned", "the least comes first, then the most")
        return self


class Requirement(Part):
    """One line of the checklist. It must be settled before its stage is left.

    `when` empty: always needed. `fills`: the facts an answer or a step brings (`planned_hand_in` is of the case).
    `chain`: in this order; `issued_in`: the fact that tells which country issued the document.
    `of_post`: done at or for one post, so that it is asked anew when the case goes to another.
    `four_eyes`: a document is accepted once a second person has accepted it too.
    `is_passport_page`: its machine-readable lines are compared with the case.
    `of_passport`: carries the number of the passport, so that it is asked anew when that is renewed.
    """

    code: Code
    kind: Literal["document", "answer", "step", "physical", "fee"]
    name: Text
    why: Text
    good_enough: Annotated[tuple[Text, ...], Field(max_length=3)] = ()
    common_mistakes: Annotated[tuple[Text, ...], Field(max_length=5)] = ()
    group: Group
    stage: Code
    provider: Party
    when: Expression | None = None
    reads: tuple[FactPath, ...] = ()
    fills: tuple[FactPath, ...] = ()
    how_many: HowMany = HowMany()
    accepts: tuple[Literal["pdf", "jpeg", "png"], ...] = ()
    photo: PhotoLimits | None = None
    is_passport_page: bool = False
    shelf_life: ShelfLife | None = None
    chain: Annotated[tuple[ChainLink, ...], Field(max_length=4)] = ()
    issued_in: FactPath | None = None
    sensitivity: Literal["personal", "sensitive", "restricted"] = "personal"
    asks_for: tuple[Literal["note", "date", "url"], ...] = ()
    four_eyes: bool = False
    in_packet: bool = False
    packet_order: Annotated[int, Field(ge=1, le=999)] | None = None
    of_post: bool = False
    of_passport: bool = False
    evidence: Evidence

    @property
    def is_restricted(self) -> bool:
        """Police and medical papers: not everybody who sees the case sees what is on them."""
        return self.sensitivity == "restricted"


class Choice(Part):
    """One of the ways is enough; a way is all of its requirements."""

    code: Code
    name: Text
    ways: Annotated[
        tuple[Annotated[tuple[Code, ...], Field(min_length=1, max_length=6)], ...], Field(min_length=2, max_length=6)
    ]
    evidence: Evidence


class Authentication(Part):
    """How a document is made good in the route's country. `issued_in` empty: wherever no other of these applies.

    Its window is that of its evidence, and is compared with the day of the hand-in.
    """

    code: Code
    issued_in: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    way: Literal["apostille", "legalisation", "none", "ask"]
    text: Text
    evidence: Evidence


class Sayings(Part):
    passes: Text | None = None
    fails: Text | None = None
    needs_review: Text | None = None


class Rule(Part):
    """A test of eligibility. `when` empty: always asked. What cannot be told is `needs_review`, never `fail`."""

    code: UpperCode
    name: Text
    when: Expression | None = None
    expression: Expression
    reads: tuple[FactPath, ...] = ()
    if_true: Literal["pass", "needs_review"] = "pass"
    if_false: Result = "fail"
    severity: Severity
    curable: bool = False
    open_question: UpperCode | None = None
    says: Sayings
    params: Mapping[str, JsonValue] = {}
    evidence: Evidence


# What a date can be reckoned by at all. What makes sense is less, and said in words: see checks.py.
FARTHEST_DAYS = 36_500
Days = Annotated[int, Field(ge=-FARTHEST_DAYS, le=FARTHEST_DAYS)]


class Trigger(Part):
    """What starts a reminder. For `date`: the date of an item, a fact that is a date, or a fixed day; plus days."""

    event: Literal["item_requested", "changes_requested", "stage_entered", "date"]
    item: Code | None = None
    item_date: Literal["issued_on", "settled_on", "expires_on", "valid_until"] | None = None
    stage: Code | None = None
    fact: FactPath | None = None
    on: date | None = None
    plus_days: Annotated[int, Field(ge=0, le=FARTHEST_DAYS)] = 0
    plus_days_fact: FactPath | None = None

    @model_validator(mode="after")
    def names_what_it_waits_for(self) -> Self:
        if self.event == "stage_entered" and self.stage is None:
            raise ValueError("stage_entered needs a stage")
        if self.event == "date":
            if [self.item is None, self.fact is None, self.on is None].count(False) != 1:
                raise ValueError("date needs exactly one of item, fact and on")
            if (self.item is None) != (self.item_date is None):
                raise ValueError("item and item_date go together")
        return self


class ReminderRule(Part):
    """`offsets_days`: days before (negative) or after the trigger. `due_days`: when the duty itself is due.

    After the last of them it may be repeated: every `repeat_every_days`, and then either `repeat_times` or up to the
    day `repeat_until_days`. What is still not done goes to the staff on the days of `manager_after_days` and
    `administrators_after_days`, which are counted as the offsets are: as a line in their morning mail.
    """

    code: UpperCode
    trigger: Trigger
    offsets_days: Annotated[tuple[Days, ...], Field(min_length=1, max_length=12)]
    repeat_every_days: Days | None = None
    repeat_times: int | None = None
    repeat_until_days: Days | None = None
    day_kind: DayKind = "calendar"
    due_days: Days | None = None
    to: Literal["candidate", "agency"]
    manager_after_days: Days | None = None
    administrators_after_days: Days | None = None
    text: Text
    when: Expression | None = None
    reads: tuple[FactPath, ...] = ()
    evidence: Evidence


class Fee(Part):
    """`amount` empty: it hangs on what `by` lists. `factor`: the share of the printed scale now charged.

    The same code may stand in several windows of time, which must not overlap. `when` empty: always charged.
    `of_post`: as a post charges it, which goes before what the route says of the same fee.
    """

    code: Code
    name: Text
    by: tuple[Literal["post", "nationality", "entries", "speed", "city", "validity"], ...] = ()
    amount: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    per: Text | None = None
    factor: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    refundable: bool | None = None
    when: Expression | None = None
    reads: tuple[FactPath, ...] = ()
    of_post: bool = False
    evidence: Evidence

    @property
    def key(self) -> str:
        """What tells it from the other windows of the same fee."""
        begins = self.evidence.effective_from
        return f"{self.code}-{begins}" if begins else self.code

    @model_validator(mode="after")
    def amount_has_a_currency(self) -> Self:
        if (self.amount is None) != (self.currency is None):
            raise ValueError("amount and currency go together")
        return self


class OpenQuestion(Part):
    code: UpperCode
    question: Text
    what_we_know: Text
    topic: Topic
    evidence: Evidence


class ExpectedItems(Part):
    needed: tuple[Code, ...] = ()
    unknown: tuple[Code, ...] = ()
    not_needed: tuple[Code, ...] = ()


class GoldenCase(Part):
    """A sample profile and what must come out; `not_asked` where the rule's `when` does not hold."""

    name: Text
    facts: Mapping[str, JsonValue]
    on: date
    expects_items: ExpectedItems = ExpectedItems()
    expects_findings: Mapping[UpperCode, Literal["pass", "fail", "needs_review", "not_asked"]] = {}


class Pack(Part):
    """One edition of a route. `packet_from`: the first stage a packet can be built in.

    `post_read_days`: how long a page of a post may be relied on after it was read.
    """

    code: UpperCode
    edition: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}(-[a-z0-9]+)?$", max_length=40)]
    name: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    legal_basis: LegalBasis
    right_to_work: RightToWork
    first_stage: Code
    packet_from: Code
    post_read_days: Annotated[int, Field(ge=1, le=366)] | None = None
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=60)]
    moves: Annotated[tuple[Move, ...], Field(max_length=300)]
    requirements: Annotated[tuple[Requirement, ...], Field(max_length=200)]
    choices: Annotated[tuple[Choice, ...], Field(max_length=60)] = ()
    authentications: Annotated[tuple[Authentication, ...], Field(max_length=60)] = ()
    rules: Annotated[tuple[Rule, ...], Field(max_length=100)] = ()
    reminders: Annotated[tuple[ReminderRule, ...], Field(max_length=100)] = ()
    fees: Annotated[tuple[Fee, ...], Field(max_length=60)] = ()
    open_questions: Annotated[tuple[OpenQuestion, ...], Field(max_length=60)] = ()
    golden_cases: Annotated[tuple[GoldenCase, ...], Field(max_length=60)] = ()

    def stage(self, code: str) -> Stage:
        return next(stage for stage in self.stages if stage.code == code)

    def stage_index(self, code: str) -> int:
        return [stage.code for stage in self.stages].index(code)

    def requirement(self, code: str) -> Requirement:
        return next(requirement for requirement in self.requirements if requirement.code == code)

    def moves_from(self, stage: str) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.source == stage)

    def choice_of(self, code: str) -> Choice | None:
        """The choice that the requirement is a way of, or part of a way."""
        return next((choice for choice in self.choices if any(code in way for way in choice.ways)), None)

    def open_question(self, code: str) -> OpenQuestion:
        return next(question for question in self.open_questions if question.code == code)
