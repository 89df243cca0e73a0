"""Whether a candidate may use the portal: the agency withdraws it and gives it again. On record in all their cases."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case
from cases.selectors import cases_visible_to
from cases.services.locking import lock_cases_of
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound
from relo.portal.access import is_withdrawn, let_in_again, shut_out


@transaction.atomic
def withdraw_access(*, candidate_id: UUID, actor: Actor) -> None:
    """From their next request on the candidate is nobody, however they signed in."""
    actor.require(Permission.EDIT_CASES)
    cases = _locked(candidate_id, actor)
    if is_withdrawn(candidate_id):
        raise Conflict("access_withdrawn", _("Access was withdrawn already."))
    shut_out(agency_id=cases[0].agency_id, candidate_id=candidate_id)
    for case in cases:
        record(case=case, kind="access.withdrawn", actor=actor)


@transaction.atomic
def restore_access(*, candidate_id: UUID, actor: Actor) -> None:
    """The candidate asks for a new mail to come in."""
    actor.require(Permission.EDIT_CASES)
    cases = _locked(candidate_id, actor)
    if not is_withdrawn(candidate_id):
        raise Conflict("access_not_withdrawn", _("This candidate has access already."))
    let_in_again(candidate_id)
    for case in cases:
        record(case=case, kind="access.restored", actor=actor)


def _locked(candidate_id: UUID, actor: Actor) -> list[Case]:
    if not cases_visible_to(actor).filter(candidate_id=candidate_id).exists():
        raise NotFound("not_found", _("There is no such candidate."))
    return list(lock_cases_of(candidate_id).values())
