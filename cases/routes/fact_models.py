"""The shape of the facts. Empty means unknown, and unknown is never read as no."""

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cases.routes.countries import KNOWN, PART_OF_CHINA

LIST_CAP = 50  # the engine of the expressions has no time limit, so what it walks through is bounded
EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 1, 1)


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("not_a_day", "not a day of the calendar") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PydanticCustomError("not_a_day", "not a day of the calendar")
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("day_out_of_range", "outside 1900 to 2200")
    return value


def _country(value: object) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    if code not in KNOWN:
        raise PydanticCustomError("country_unknown", "not a two-letter country code")
    return code


def _nationality(value: object) -> str:
    code = _country(value)
    if code in PART_OF_CHINA:
        raise PydanticCustomError("not_a_nationality", "not a nationality of its own")
    return code


Day = Annotated[date, BeforeValidator(_day)]
Country = Annotated[
    str,
    BeforeValidator(_country),
    WithJsonSchema(
        {
            "type": "string",
            "description": "Two letters of ISO 3166-1, such as DE, or UTO for sample people.",
        }
    ),
]
Nationality = Annotated[str, BeforeValidator(_nationality), WithJsonSchema({
    "type": "string", "description": "The country that issued the passport, as two letters of ISO 3166-1.",
})]  # fmt: skip
Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200,
                                        pattern=r"^[^\x00-\x1f\x7f]+$")]  # fmt: skip
Language = Annotated[str, StringConstraints(strict=True, to_lower=True, pattern=r"^[A-Za-z]{2,3}$")]
YesNo = StrictBool
Score = Annotated[StrictInt, Field(ge=0, le=200)]


class Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _in_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise PydanticCustomError("end_before_start", "ends before it starts")


class Passport(Facts):
    issued_on: Day | None = None
    expires_on: Day | None = None
    blank_pages: Annotated[StrictInt, Field(ge=0, le=200)] | None = None
    authority: Line | None = None

    @model_validator(mode="after")
    def expires_after_issue(self) -> Self:
        _in_order(self.issued_on, self.expires_on)
        return self


class LegalStay(Facts):
    """The permit or visa of the country one lives in without being its national."""

    held: YesNo | None = None
    expires_on: Day | None = None


class Degree(Facts):
    """`level`: 0 none, 1 associate, 2 bachelor, 3 master, 4 doctor. `field_isced`: ISCED-F 2013, two to four digits.

    `stem` is a person's decision whether the field counts, wanted only where `field_isced` leaves it open.
    """

    level: Annotated[StrictInt, Field(ge=0, le=4)] | None = None
    field_isced: Annotated[str, StringConstraints(strict=True, pattern=r"^(0\d|10)\d{0,2}$")] | None = None
    stem: YesNo | None = None
    institution: Line | None = None
    institution_country: Country | None = None
    institution_tier: Literal["well_known", "other", "unclear"] | None = None
    conferred_on: Day | None = None
    taught_in_chinese: YesNo | None = None
    verified_by: Literal["apostille", "legalisation", "cscse", "chsi", "none"] | None = None
    language: Language | None = None

    @model_validator(mode="after")
    def decision_agrees_with_the_field(self) -> Self:
        settled = _stem_by_field(self.field_isced)
        if self.stem is not None and settled is not None and self.stem != settled:
            raise PydanticCustomError("stem_contradicts_field", "the field says otherwise")
        return self


# ISCED-F 2013. No list of fields is published for K, so this is a working proxy.
STEM_FIELDS = ("05", "06", "07")
# Economics, psychology, agriculture, health: whether they count is an open question, so nothing is derived.
ARGUABLE_FIELDS = ("0311", "0313", "08", "09")
TOO_COARSE_TO_TELL = ("03", "031")


def _stem_by_field(field: str | None) -> bool | None:
    if field is None or field.startswith(ARGUABLE_FIELDS) or field in TOO_COARSE_TO_TELL:
        return None
    return field.startswith(STEM_FIELDS)


def stem_of(degree: Degree) -> bool | None:
    """Whether the degree counts as science, technology, engineering or mathematics, as far as it can be told."""
    return _stem_by_field(degree.field_isced) if degree.stem is None else degree.stem


class Work(Facts):
    """`current`: still there. Without it, an empty `ended_on` means that the end is not known."""

    employer: Line | None = None
    employer_kind: Literal["university", "institute", "company"] | None = None
    role: Literal["teaching", "research", "other"] | None = None
    started_on: Day | None = None
    ended_on: Day | None = None
    current: YesNo | None = None
    stem: YesNo | None = None
    country: Country | None = None

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        if self.current and self.ended_on is not None:
            raise PydanticCustomError("current_yet_ended", "current, yet it has an end")
        _in_order(self.started_on, self.ended_on)
        return self


class Research(Facts):
    papers: Annotated[StrictInt, Field(ge=0, le=5000)] | None = None
    patents: Annotated[StrictInt, Field(ge=0, le=5000)] | None = None


CefrLevel = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]


class Languages(Facts):
    hsk: Annotated[StrictInt, Field(ge=0, le=9)] | None = None
    de: CefrLevel | None = None
    en: CefrLevel | None = None


class Offer(Facts):
    employer: Line | None = None
    city: Line | None = None
    annual_pay: Annotated[StrictInt, Field(ge=0, le=10**10)] | None = None
    currency: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")] | None = None
    occupation: Line | None = None
    wage_level: Annotated[StrictInt, Field(ge=1, le=4)] | None = None
    accredited: YesNo | None = None


class WorkPermit(Facts):
    """How the person would stand in the Chinese work-permit system, as the agency worked it out."""

    points: Score | None = None
    category_a: YesNo | None = None


class Post(Facts):
    """What the receiving consulate or visa centre asks, as read from its page."""

    name: Line | None = None
    asks_degree_auth: YesNo | None = None
    asks_police: YesNo | None = None
    asks_medical: YesNo | None = None
    asks_plan: YesNo | None = None
    asks_old_passport: YesNo | None = None
    asks_translation: YesNo | None = None
    takes_fingerprints: YesNo | None = None
    form_days: Annotated[StrictInt, Field(ge=1, le=365)] | None = None


class Visa(Facts):
    """What is printed on the sticker."""

    visa_class: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{1,2}[0-9]?$")] | None = None
    entries: Annotated[StrictInt, Field(ge=0, le=99)] | None = None  # 99: multiple
    stay_days: Annotated[StrictInt, Field(ge=0, le=3650)] | None = None
    valid_to: Day | None = None
    rp_required: YesNo | None = None


class ResidencePermit(Facts):
    held: YesNo | None = None
    expires_on: Day | None = None


class Dependant(Facts):
    """A member of the family. `comes_along`: travels to China with the candidate or after them.

    `one_parent_stays`: of a child, whether a parent stays behind. `school_starts_on`: the term the child is to begin.
    """

    relation: Literal["spouse", "child", "stepchild", "parent", "other"] | None = None
    date_of_birth: Day | None = None
    nationality: Nationality | None = None
    comes_along: YesNo | None = None
    one_parent_stays: YesNo | None = None
    school_starts_on: Day | None = None


class CandidateFacts(Facts):
    """The whole fact set: of the person, and of the process from the choice of post on."""

    date_of_birth: Day | None = None
    nationalities: Annotated[tuple[Nationality, ...], Field(max_length=10)] | None = None
    residence_country: Country | None = None
    ex_chinese: YesNo | None = None
    chinese_parent_at_birth: YesNo | None = None
    nationality_opinion: YesNo | None = None
    names_differ: YesNo | None = None
    passport: Passport | None = None
    legal_stay: LegalStay | None = None
    degrees: Annotated[tuple[Degree, ...], Field(max_length=LIST_CAP)] | None = None
    work: Annotated[tuple[Work, ...], Field(max_length=LIST_CAP)] | None = None
    research: Research | None = None
    languages: Languages | None = None
    has_offer: YesNo | None = None
    offer: Offer | None = None
    work_route_planned: YesNo | None = None
    purpose_of_stay: Literal["exchange", "research", "study", "business", "work", "other"] | None = None
    planned_stay_days: Annotated[StrictInt, Field(ge=1, le=3650)] | None = None
    visa_free_entry: YesNo | None = None
    dependants: Annotated[tuple[Dependant, ...], Field(max_length=LIST_CAP)] | None = None
    work_permit: WorkPermit | None = None
    post: Post | None = None
    pickup_on: Day | None = None
    visa: Visa | None = None
    travel_on: Day | None = None
    entered_on: Day | None = None
    address_since: Day | None = None
    residence_permit: ResidencePermit | None = None
    particulars_changed_on: Day | None = None

    @model_validator(mode="after")
    def offer_agrees(self) -> Self:
        if self.has_offer is False and self.offer is not None:
            raise PydanticCustomError("offer_denied_yet_given", "no offer, yet one is described")
        return self
