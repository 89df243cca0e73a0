"""Everybody who may come to a door, and how each comes."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.test import Client

from relo.core import clock
from relo.portal.cookies import SESSION_COOKIE
from relo.portal.digests import digest_of
from relo.portal.models import PortalSession
from relo.portal.sessions import end_session, start_session
from tests.matrix.filled_agency import Filled


@dataclass(frozen=True)
class ComesAs:
    """`kind` is the column of matrix.toml; `is_good` false: the credentials look right and are not."""

    name: str
    kind: str  # anonymous, candidate, staff, token
    client: Client
    role: str = ""
    is_good: bool = True
    is_of_first: bool = True  # of the agency whose ids are asked for
    is_assigned: bool = True  # works on, or is, the case that is asked for
    is_made_up: bool = False  # credentials that nobody was ever given


def everybody(first: Filled, second: Filled) -> list[ComesAs]:
    return [
        ComesAs("nobody", "anonymous", Client()),
        *_candidates(first, second),
        *_staff(first, second),
        *_programs(first, second),
    ]


def _candidates(first: Filled, second: Filled) -> list[ComesAs]:
    def inside(filled: Filled, candidate_id: UUID) -> Client:
        return _with_cookie(start_session(agency_id=filled.agency.pk, candidate_id=candidate_id))

    ended = start_session(agency_id=first.agency.pk, candidate_id=first.case.candidate_id)
    end_session(ended)
    expired = start_session(agency_id=first.agency.pk, candidate_id=first.case.candidate_id)
    PortalSession.objects.filter(key_digest=digest_of(expired)).update(expires_at=clock.now() - timedelta(seconds=1))
    return [
        ComesAs("the candidate", "candidate", inside(first, first.case.candidate_id)),
        ComesAs("another candidate", "candidate", inside(first, first.other_case.candidate_id), is_assigned=False),
        ComesAs("a candidate elsewhere", "candidate", inside(second, second.case.candidate_id), is_of_first=False),
        ComesAs("a candidate who signed out", "candidate", _with_cookie(ended), is_good=False),
        ComesAs("a candidate of yesterday", "candidate", _with_cookie(expired), is_good=False),
        ComesAs("a forged candidate", "candidate", _with_cookie("x" * 43), is_good=False, is_made_up=True),
    ]


def _with_cookie(key: str) -> Client:
    client = Client()
    client.cookies[SESSION_COOKIE] = key
    return client


def _staff(first: Filled, second: Filled) -> list[ComesAs]:
    def member(filled: Filled, name: str) -> Client:
        return filled.members[name].client()

    good = ("administrator", "manager", "reviewer", "rules_editor", "read_only", "guest")
    return [
        *(ComesAs(f"a {name}", "staff", member(first, name), role=name) for name in good),
        ComesAs(
            "an employer_contact", "staff", member(first, "employer_contact"), "employer_contact", is_assigned=False
        ),
        ComesAs("a manager not assigned", "staff", member(first, "second"), role="second", is_assigned=False),
        ComesAs("a disabled administrator", "staff", member(first, "disabled"), is_good=False),
        ComesAs("a guest whose time is over", "staff", member(first, "ended"), is_good=False),
        ComesAs("a forged session", "staff", _forged(), is_good=False, is_made_up=True),
        ComesAs(
            "an administrator elsewhere",
            "staff",
            member(second, "administrator"),
            role="administrator",
            is_of_first=False,
        ),
    ]


def _forged() -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    return client


def _programs(first: Filled, second: Filled) -> list[ComesAs]:
    def bearer(secret: str) -> Client:
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return [
        *(
            ComesAs(f"a token that may {name}", "token", bearer(first.secrets[name]), role=name)
            for name in ("write", "read", "nothing")
        ),
        ComesAs("an expired token", "token", bearer(first.secrets["expired"]), is_good=False),
        ComesAs("a revoked token", "token", bearer(first.secrets["revoked"]), is_good=False),
        ComesAs("a forged token", "token", bearer("relo_" + "x" * 43), is_good=False, is_made_up=True),
        ComesAs("a token elsewhere", "token", bearer(second.secrets["write"]), role="write", is_of_first=False),
    ]
