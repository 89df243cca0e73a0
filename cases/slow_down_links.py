"""The link in a reminder that slows reminders down without a sign-in.

Signed for this one purpose, good for half a year, and for as long as the candidate has the address it was sent to. It
opens nothing else: not a page, not a name.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.utils.crypto import salted_hmac

from cases.models import Candidate
from relo.core.errors import ReloError

LASTS = timedelta(days=180)
PURPOSE = "relo.cases.slow_down"
_ID = 16
_MARK = 12


class LinkRefused(ReloError):
    def __init__(self, state: Literal["expired", "unknown"]) -> None:
        super().__init__(f"link_{state}", "")
        self.state: Literal["expired", "unknown"] = state


@dataclass(frozen=True, slots=True)
class SlowDownLink:
    """`mark`: of the address it was sent to, unreadable."""

    agency_id: UUID
    candidate_id: UUID
    mark: bytes

    def is_for(self, candidate: Candidate) -> bool:
        return hmac.compare_digest(self.mark, _mark_of(candidate))


def token_for(candidate: Candidate) -> str:
    told = candidate.agency_id.bytes + candidate.pk.bytes + _mark_of(candidate)
    return _signer().sign(base64.urlsafe_b64encode(told).decode().rstrip("="))


def read_token(token: str) -> SlowDownLink:
    try:
        written = _signer().unsign(token, max_age=LASTS)
        told = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except SignatureExpired:
        raise LinkRefused("expired") from None
    except (BadSignature, binascii.Error, ValueError):
        raise LinkRefused("unknown") from None
    if len(told) != 2 * _ID + _MARK:
        raise LinkRefused("unknown")
    return SlowDownLink(UUID(bytes=told[:_ID]), UUID(bytes=told[_ID : 2 * _ID]), told[2 * _ID :])


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt=PURPOSE)


def _mark_of(candidate: Candidate) -> bytes:
    return salted_hmac(PURPOSE, candidate.email.casefold(), algorithm="sha256").digest()[:_MARK]
