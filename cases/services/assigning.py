"""Who works on a case besides its manager."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import CaseAssignment
from cases.services.locking import lock_case
from relo.accounts.roles import Permission
from relo.accounts.services import members_who_may
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid


@transaction.atomic
def assign_member(*, case_id: UUID, user_id: int, actor: Actor) -> CaseAssignment:
    """A second time changes nothing. Also on a closed case, which can still be read."""
    actor.require(Permission.EDIT_CASES)
    case = lock_case(case_id, actor, closed_too=True)
    if not members_who_may(case.agency, Permission.VIEW_CASES).filter(user_id=user_id).exists():
        message = _("Choose a member of the agency who may see cases.")
        raise Invalid("member_unknown", message, errors={"member": message})
    assignment, is_new = CaseAssignment.objects.get_or_create(
        case=case, user_id=user_id, defaults={"agency_id": case.agency_id}
    )
    if is_new:
        record(case=case, kind="member.assigned", actor=actor, member=str(user_id))
    return assignment


@transaction.atomic
def unassign_member(*, case_id: UUID, user_id: int, actor: Actor) -> None:
    actor.require(Permission.EDIT_CASES)
    case = lock_case(case_id, actor, closed_too=True)
    removed, _by_model = CaseAssignment.objects.filter(case=case, user_id=user_id).delete()
    if not removed:
        raise Conflict("member_not_assigned", _("This person is not assigned to the case. Reload the page."))
    record(case=case, kind="member.unassigned", actor=actor, member=str(user_id))
