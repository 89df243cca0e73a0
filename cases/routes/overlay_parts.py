"""What the page of a consulate or visa centre can say, part by part: the shapes of an edition, frozen.

What the page leaves open is absent: nothing here may be read as no because nobody wrote it down.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cases.routes.fact_models import Country, Day, Nationality, Post
from cases.routes.schema import Fee, HowMany, Requirement, ShelfLife
from cases.routes.values import Code, Evidence, Expression, FactPath, Part, Text

WebAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^https?://[^\s/?#<>\"']+[^\s<>\"']*$")
]
PostFact = Literal[
    "asks_degree_auth", "asks_police", "asks_medical", "asks_plan", "asks_old_passport", "asks_translation",
    "takes_fingerprints", "form_days",
]  # fmt: skip
PaidWhen = Literal["at_appointment", "at_hand_in", "after_hand_in", "at_collection"]


class PageEvidence(Evidence):
    """Evidence that stands on the page of a post; sources.yaml does not list it."""

    page_url: str


class Told(Part):
    value: StrictBool | StrictInt
    evidence: Evidence


class Said(Part):
    """`answer` empty: the page says something, and neither yes nor no."""

    answer: StrictBool | None = None
    text: Text | None = None
    evidence: Evidence

    @model_validator(mode="after")
    def says_something(self) -> Self:
        if self.answer is None and self.text is None:
            raise PydanticCustomError("says_nothing", "says nothing")
        return self


class Payment(Part):
    when: PaidWhen | None = None
    refundable: StrictBool | None = None
    text: Text | None = None
    evidence: Evidence


class FormLife(Part):
    """From when the days of `form_days` count, and the words of the page."""

    counts_from: Literal["submission", "confirmation"] | None = None
    text: Text | None = None
    evidence: Evidence


class Dropped(Part):
    code: Code
    evidence: Evidence


class Changed(Part):
    """What is given replaces what the route says; the rest of the requirement stands."""

    code: Code
    shelf_life: ShelfLife | None = None
    how_many: HowMany | None = None
    when: Expression | None = None
    reads: tuple[FactPath, ...] = ()
    good_enough: Annotated[tuple[Text, ...], Field(max_length=3)] = ()
    evidence: Evidence

    @model_validator(mode="after")
    def changes_something(self) -> Self:
        if not (self.shelf_life or self.how_many or self.when or self.good_enough):
            raise PydanticCustomError("changes_nothing", "changes nothing")
        return self

    def of(self, requirement: Requirement) -> dict[str, object]:
        """The values of the requirement that are others now."""
        changes: dict[str, object] = {}
        if self.shelf_life is not None:
            changes["shelf_life"] = self.shelf_life
        if self.how_many is not None:
            changes["how_many"] = self.how_many
        if self.when is not None:
            changes |= {"when": self.when, "reads": self.reads}
        if self.good_enough:
            changes["good_enough"] = self.good_enough
        return changes


class PageHint(Part):
    """Where on the post's pages a thing stands."""

    url: WebAddress
    text: Text


class Holidays(Part):
    """`country`: whose public holidays the post keeps besides the Chinese ones; `closed_on`: further days."""

    country: Country | None = None
    closed_on: Annotated[tuple[Day, ...], Field(max_length=100)] = ()
    evidence: Evidence


class PostFee(Part):
    """What a fee of the route comes to here, for one nationality or all; its window is that of its evidence."""

    code: Code
    amount: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    nationality: Nationality | None = None
    evidence: Evidence

    def of(self, fee: Fee, evidence: Evidence) -> Fee:
        conditions = [f"({fee.when})"] if fee.when else []
        conditions += [f"'{self.nationality}' in nationalities"] if self.nationality else []
        reads = dict.fromkeys([*fee.reads, *(["nationalities"] if self.nationality else [])])
        changes = {
            "amount": self.amount, "currency": self.currency, "by": (), "factor": None, "of_post": True,
            "when": " && ".join(conditions) or None, "reads": tuple(reads), "evidence": evidence,
        }  # fmt: skip
        return fee.model_copy(update=changes)


class Overlay(Part):
    """`read_by`: kind and id of who read the page, as rows name an actor. Evidence without a source is the page's."""

    source_url: WebAddress
    read_on: Day
    read_by: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    review_by: Day
    facts: Mapping[PostFact, Told] = {}
    extra: Annotated[tuple[Requirement, ...], Field(max_length=30)] = ()
    dropped: Annotated[tuple[Dropped, ...], Field(max_length=60)] = ()
    changed: Annotated[tuple[Changed, ...], Field(max_length=60)] = ()
    appointment: Said | None = None
    interview: Said | None = None
    proxy: Said | None = None
    payment: Payment | None = None
    fees: Annotated[tuple[PostFee, ...], Field(max_length=60)] = ()
    form: FormLife | None = None
    pages: Annotated[tuple[PageHint, ...], Field(max_length=10)] = ()
    holidays: Holidays | None = None

    @model_validator(mode="after")
    def can_be_right(self) -> Self:
        if self.review_by < self.read_on:
            raise PydanticCustomError("review_before_reading", "to be read again before it was read")
        Post.model_validate(self.told())
        return self

    def told(self) -> dict[str, bool | int]:
        """The facts of the rules that the page settles; the others are absent."""
        return {name: told.value for name, told in self.facts.items()}
