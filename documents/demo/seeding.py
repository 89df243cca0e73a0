"""Making sure that the sample agency is there, and that its file tells how to get in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from cases.models import Case
from documents.demo.access import read_access, write_access
from documents.demo.office import MEMBERS, SEEDER, NewMember, hire, new_agency, sample_agency, user_of
from documents.demo.stories import tell_all
from relo.accounts.models import Agency, ApiToken
from relo.accounts.roles import Role, TokenScope
from relo.accounts.services import digest_of, issue_token, revoke_token
from relo.core import clock
from relo.core.scoping import agency_scope

TOKEN_NAME = "Demo"  # noqa: S105 - what it is called in the list of tokens
TOKEN_SCOPES = (TokenScope.READ, TokenScope.WRITE, TokenScope.REVIEW, TokenScope.FILES)
TOKEN_LASTS = timedelta(days=365)
# Whom the file names: someone with things to do in the portal, and the case with the most to look at.
CANDIDATE = "priya.raghunathan@example.org"
SHOWN_CASE_OF = "anna.eriksson@example.org"


@dataclass(frozen=True, slots=True)
class Seeded:
    agency: Agency
    is_new: bool
    cases: int


def seed(output: Path) -> Seeded:
    """All of it or nothing: a seeding that was interrupted starts afresh. A second one changes nothing.

    The file comes first, so that nobody is ever left with an agency and no way in.
    """
    known = read_access(output)
    agency = sample_agency()
    is_new = agency is None
    passwords = _passwords(known)
    with transaction.atomic():
        if agency is None:
            agency = new_agency()
            office = hire(agency, passwords)
            with agency_scope(agency.pk):
                tell_all(office, clock.today(agency.time_zone))
        else:
            _let_in(passwords)
        token = _token(agency, known)
        with agency_scope(agency.pk):
            access = _access(passwords, token)
            cases = Case.objects.count()
        write_access(output, access)
    return Seeded(agency, is_new, cases)


def _passwords(known: dict[str, Any]) -> dict[str, str]:
    """By e-mail: those the file names, and new ones for the others."""
    rows = known.get("staff")
    named = {row.get("email"): row.get("password") for row in rows or () if isinstance(row, dict)}
    return {member.email: str(named.get(member.email) or secrets.token_urlsafe(18)) for member in MEMBERS}


def _let_in(passwords: dict[str, str]) -> None:
    """The file's word counts: where it was lost, or somebody has changed a password since, it is set again."""
    for member in MEMBERS:
        user = user_of(member)
        if not user.check_password(passwords[member.email]):
            user.set_password(passwords[member.email])
            user.save(update_fields=["password"])


def _token(agency: Agency, known: dict[str, Any]) -> str:
    secret = str(known.get("api_token") or "")
    stored = ApiToken.objects.filter(agency=agency, digest=digest_of(secret)).first()
    if stored is not None and stored.is_in_force(clock.now()):
        return secret
    for lost in ApiToken.objects.filter(agency=agency, name=TOKEN_NAME, revoked_at=None):
        revoke_token(token_id=lost.pk, actor=SEEDER)
    _row, secret = issue_token(
        agency_id=agency.pk,
        name=TOKEN_NAME,
        role=Role.CASE_MANAGER,
        scopes=TOKEN_SCOPES,
        expires_at=clock.now() + TOKEN_LASTS,
        actor=SEEDER,
    )
    return secret


def _access(passwords: dict[str, str], token: str) -> dict[str, Any]:
    url = settings.PUBLIC_URL.rstrip("/")
    portal_case = _case_of(CANDIDATE)
    return {
        "base_url": url,
        "staff": [_line(member, passwords[member.email]) for member in MEMBERS],
        "candidate_portal": url + reverse("portal:home"),
        "candidate": {
            "name": portal_case.candidate.name,
            "email": portal_case.candidate.email,
            "case_reference": portal_case.reference,
            "sign_in": "Give this e-mail address at candidate_portal; the mail with link and code lies in var/mail.",
        },
        "api_token": token,
        "case_reference": _case_of(SHOWN_CASE_OF).reference,
    }


def _case_of(email: str) -> Case:
    """The case this person was seeded with; where the address was changed since, the latest of the others."""
    cases = Case.objects.select_related("candidate")
    found = cases.filter(candidate__email=email).order_by("opened_at").first()
    return found or cases.latest("opened_at")


def _line(member: NewMember, password: str) -> dict[str, str]:
    return {"role": member.role.value, "name": member.full_name, "email": member.email, "password": password}
