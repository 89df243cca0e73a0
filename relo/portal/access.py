"""Whether a candidate may use the portal. The agency's to say; see cases.services.portal_access."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from relo.core import clock
from relo.portal.models import SignInCode, WithdrawnAccess
from relo.portal.sessions import end_sessions_of


def withdrawn_at(candidate_id: UUID) -> datetime | None:
    return WithdrawnAccess.objects.filter(candidate_id=candidate_id).values_list("withdrawn_at", flat=True).first()


def is_withdrawn(candidate_id: UUID) -> bool:
    return withdrawn_at(candidate_id) is not None


def withdrawn_among(candidate_ids: Iterable[UUID]) -> list[UUID]:
    rows = WithdrawnAccess.objects.filter(candidate_id__in=list(candidate_ids))
    return list(rows.values_list("candidate_id", flat=True))


def shut_out(*, agency_id: UUID, candidate_id: UUID) -> None:
    """From the next request on. Mails that are under way let nobody in either."""
    now = clock.now()
    WithdrawnAccess.objects.create(agency_id=agency_id, candidate_id=candidate_id, withdrawn_at=now)
    SignInCode.objects.filter(candidate_id=candidate_id, used_at=None, expires_at__gt=now).update(expires_at=now)
    end_sessions_of(candidate_id)


def let_in_again(candidate_id: UUID) -> None:
    """With a new mail: a session that slipped in while the door was being shut does not come back."""
    end_sessions_of(candidate_id)
    WithdrawnAccess.objects.filter(candidate_id=candidate_id).delete()
