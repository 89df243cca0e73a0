"""Who a case is for, and what is known about them. Every change of a fact is followed by the checklist."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Candidate
from cases.routes.facts import CandidateFacts, FactsInvalid, facts_from
from cases.selectors import candidates_visible_to
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound
from relo.core.languages import is_chinese
from relo.core.zones import is_time_zone


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """`facts` are those of cases.routes.facts but the three that have fields of their own here."""

    given_names: str
    email: str
    family_name: str = ""
    chinese_name: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    date_of_birth: date | None = None
    nationalities: tuple[str, ...] = ()
    residence_country: str = ""
    passport_number: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def create_candidate(new: NewCandidate, *, actor: Actor, today: date) -> Candidate:
    """Inside open_case(): a candidate enters with their first case. `today` is the agency's day."""
    actor.require(Permission.OPEN_CASES)
    facts = _checked(new, today)
    try:
        with transaction.atomic():
            return Candidate.objects.create(
                given_names=new.given_names.strip(),
                family_name=new.family_name.strip(),
                chinese_name=new.chinese_name.strip(),
                email=new.email.strip(),
                language=new.language,
                time_zone=new.time_zone,
                date_of_birth=new.date_of_birth,
                nationalities=list(new.nationalities),
                residence_country=new.residence_country,
                passport_number=new.passport_number.strip(),
                facts=storable(facts),
            )
    except IntegrityError:
        raise Conflict(
            "candidate_exists",
            _("A candidate with this e-mail exists. Open the case for that candidate instead of a new one."),
        ) from None


def _checked(new: NewCandidate, today: date) -> CandidateFacts:
    """The facts, if they and the details can be right; else everything that cannot, at once."""
    known = {
        **new.facts,
        "date_of_birth": new.date_of_birth,
        "nationalities": list(new.nationalities) or None,
        "residence_country": new.residence_country or None,
    }
    errors = _contact_faults(new)
    try:
        facts = checked_facts(known, today=today)
    except Invalid as refusal:
        raise Invalid(refusal.code, refusal.detail, errors={**errors, **refusal.errors}) from None
    if errors:
        raise Invalid("candidate_invalid", _("Some of the candidate's details cannot be right."), errors=errors)
    return facts


def existing_candidate(candidate_id: UUID, actor: Actor) -> Candidate:
    candidate = candidates_visible_to(actor).filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound("candidate_unknown", _("There is no such candidate. Leave `id` out to create one."))
    return candidate


OWN_COLUMNS = ("date_of_birth", "nationalities", "residence_country")


def checked_facts(data: dict[str, Any], *, today: date) -> CandidateFacts:
    """The facts, if they can be right; unknown ones may be None or left out. `today` is the agency's day."""
    known = {name: value for name, value in data.items() if value is not None}
    try:
        return facts_from(known, today)
    except FactsInvalid as refusal:
        chinese = is_chinese()
        errors = {fault.path: (fault.text.zh if chinese else fault.text.en) for fault in refusal.faults}
        raise Invalid("facts_invalid", _("Some facts about the candidate cannot be right."), errors=errors) from None


def storable(facts: CandidateFacts) -> dict[str, Any]:
    """As JSON, without what is unknown and what has a column of its own."""
    return facts.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude=set(OWN_COLUMNS))


def _contact_faults(new: NewCandidate) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not new.given_names.strip():
        errors["given_names"] = _("Write the name as it stands in the passport. One name is enough.")
    for name in ("given_names", "family_name", "chinese_name"):
        if any(unicodedata.category(letter)[0] == "C" for letter in getattr(new, name)):
            errors[name] = _("Take out line breaks and characters that cannot be printed.")
    try:
        validate_email(new.email.strip())
    except ValidationError:
        errors["email"] = _("Write a whole e-mail address, such as anna@example.org.")
    if new.language not in ("en", "zh-hans"):
        errors["language"] = _("Choose en or zh-hans.")
    if not is_time_zone(new.time_zone):
        errors["time_zone"] = _("Choose a time zone such as Europe/Berlin.")
    return errors
