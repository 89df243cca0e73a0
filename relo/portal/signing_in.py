"""Signing in by mail: a link and a six-digit code, ten minutes, one use, in the browser that asked.

What an address is worth is found out later and elsewhere (see cases.portal.tasks): asking does the same work, takes
the same time and gives the same answer for every address.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from relo.accounts.mail_limits import count_mail
from relo.core import clock
from relo.core.errors import Invalid, ReloError
from relo.core.scoping import system_scope
from relo.outbox.service import put
from relo.portal.access import is_withdrawn
from relo.portal.digests import code_digest, digest_of, masked, new_code, new_secret
from relo.portal.models import SignInCode, SignInCount, SignInRequest
from relo.portal.sessions import start_session

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
# A mail held up for longer is not sent any more: whoever asked has asked again, or gone.
WORTH_SENDING = timedelta(minutes=30)

LinkState = Literal["good", "wrong_browser", "used", "expired", "unknown"]


class LinkRefused(ReloError):
    def __init__(self, state: LinkState) -> None:
        super().__init__(f"link_{state}", "")
        self.state = state


@dataclass(frozen=True, slots=True)
class Secrets:
    """In the clear for as long as it takes to write the mail."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    session_key: str
    language: str


@transaction.atomic
def ask_for_link(*, email: str, nonce: str, network: str) -> None:
    """Write down that somebody asked; the mail, if any, follows from the outbox."""
    now = clock.now()
    count_mail(SignInCount, email=email, network=network, now=now)
    request = SignInRequest.objects.create(
        email=email.strip(), masked_email=masked(email), browser_digest=digest_of(nonce), requested_at=now
    )
    with system_scope("sign-in looks an address up in every agency"):
        put(handler="portal.find_candidates", key=str(request.pk), payload={"request_id": str(request.pk)})


def looked_up(request_id: UUID) -> str:
    """The address to look up, once: it is forgotten in the same transaction."""
    request = SignInRequest.objects.select_for_update().get(pk=request_id)
    email = request.email
    request.email = ""
    request.save(update_fields=["email"])
    return email


@transaction.atomic
def issue_for_mail(*, request_id: UUID, agency_id: UUID, candidate_id: UUID, language: str) -> Secrets | None:
    """Fresh secrets for a mail; those of an earlier try stop working. None when the mail is not worth sending."""
    request = SignInRequest.objects.select_for_update().get(pk=request_id)
    row = SignInCode.objects.filter(request=request, candidate_id=candidate_id).first()
    if clock.now() - request.requested_at > WORTH_SENDING or (row is not None and row.used_at is not None):
        return None
    if is_withdrawn(candidate_id):
        return None
    row = row or SignInCode(request=request, agency_id=agency_id, candidate_id=candidate_id)
    return _store(row, language, Secrets(new_secret(), new_code()))


@transaction.atomic
def issue_link(*, agency_id: UUID, candidate_id: UUID, language: str) -> str:
    """A link bound to no browser, for whoever runs this installation. It comes with no code."""
    row = SignInCode(request=None, agency_id=agency_id, candidate_id=candidate_id)
    return _store(row, language, Secrets(new_secret(), "")).token


def link_state(token: str, nonce: str) -> tuple[LinkState, SignInCode | None]:
    """What would become of the link if it were used now, in this browser. Changes nothing."""
    row = SignInCode.objects.select_related("request", "agency").filter(link_digest=digest_of(token)).first()
    if row is None:
        return "unknown", None
    if row.used_at is not None:
        return "used", row
    if row.expires_at <= clock.now():
        return "expired", row
    if row.request is not None and not _same_browser(row.request, nonce):
        return "wrong_browser", row
    return "good", row


@transaction.atomic
def sign_in_by_link(*, token: str, nonce: str) -> SignedIn:
    state, row = link_state(token, nonce)
    if state != "good" or row is None:
        raise LinkRefused(state)
    signed_in = _use(row)
    if signed_in is None:
        raise LinkRefused("used")
    return signed_in


@transaction.atomic
def _try_code(code: str, nonce: str) -> SignedIn | None:
    """The try is counted before it is judged, under a lock, and costs the same whether there is a code or none."""
    now = clock.now()
    asked = SignInRequest.objects.select_for_update().filter(
        browser_digest=digest_of(nonce), requested_at__gt=now - WORTH_SENDING - LASTS, tries__lt=MOST_TRIES
    )
    ids = list(asked.order_by("pk").values_list("pk", flat=True))
    SignInRequest.objects.filter(pk__in=ids).update(tries=F("tries") + 1)
    waiting = SignInCode.objects.filter(request__in=ids, used_at=None, expires_at__gt=now).exclude(code_digest="")
    for row in waiting:
        right = hmac.compare_digest(code_digest(row.pk, code), row.code_digest)
        if right and (signed_in := _use(row)):
            return signed_in
    return None


def sign_in_by_code(*, code: str, nonce: str) -> SignedIn:
    """One refusal for a wrong, an old, a spent code and for an address nobody is known by."""
    signed_in = _try_code("".join(code.split()), nonce)
    if signed_in is None:
        raise Invalid(
            "code_refused",
            _(
                "This code does not work here. Check the six digits of the latest mail."
                " After five tries or ten minutes, ask for a new mail."
            ),
        )
    return signed_in


def latest_request(nonce: str) -> SignInRequest | None:
    """What this browser asked for last."""
    requests = SignInRequest.objects.filter(browser_digest=digest_of(nonce)) if nonce else SignInRequest.objects.none()
    return requests.order_by("-requested_at").first()


def _store(row: SignInCode, language: str, secrets: Secrets) -> Secrets:
    now = clock.now()
    row.language = language
    row.link_digest = digest_of(secrets.token)
    row.code_digest = code_digest(row.pk, secrets.code) if secrets.code else ""
    row.issued_at, row.expires_at = now, now + LASTS
    row.save()
    return secrets


def _same_browser(request: SignInRequest, nonce: str) -> bool:
    return hmac.compare_digest(request.browser_digest, digest_of(nonce))


def _use(row: SignInCode) -> SignedIn | None:
    """One of all who try at once gets in: the row is taken in one statement."""
    now = clock.now()
    if not SignInCode.objects.filter(pk=row.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    return SignedIn(start_session(agency_id=row.agency_id, candidate_id=row.candidate_id), row.language)
