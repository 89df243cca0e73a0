"""The smallest values of a route pack: codes, texts, and how sure we are. Frozen; nothing unknown is let in."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
UpperCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$", max_length=20)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Expression = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
FactPath = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\[\])?(\.[a-z_]+)?$", max_length=60)]

Party = Literal["candidate", "agency", "employer", "authority", "third_party"]
Level = Literal["official", "mission_practice", "observed", "reported", "agency_policy", "assumed", "not_published"]
Result = Literal["pass", "fail", "needs_review"]
Severity = Literal["blocks", "warns"]
DayKind = Literal["calendar", "working"]
Group = Literal["identity", "education", "work", "records", "photos", "questions", "process", "arrival"]
Topic = Literal[
    "age", "institution", "field", "work", "family", "money", "job_matching", "long_stay", "validity",
    "fee", "biometrics", "post", "in_china", "other",
]  # fmt: skip


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    en: Words
    zh: Words


class Evidence(Part):
    """How sure we are of a value, since when, and who said so. `source` is a key of sources.yaml."""

    level: Level
    source: str | None = None
    quote: Words | None = None
    checked_on: date
    review_by: date
    effective_from: date | None = None
    effective_to: date | None = None
    note: Text | None = None

    def covers(self, day: date) -> bool:
        return (self.effective_from or date.min) <= day <= (self.effective_to or date.max)

    def meets(self, other: "Evidence") -> bool:
        """Whether the two windows share a day."""
        first = max(self.effective_from or date.min, other.effective_from or date.min)
        return first <= min(self.effective_to or date.max, other.effective_to or date.max)

    @model_validator(mode="after")
    def dates_are_in_order(self) -> Self:
        if self.review_by < self.checked_on:
            raise ValueError("review_by lies before checked_on")
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self
