"""The end of a membership. From the next request on the person is nobody here."""

from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.models import Membership
from relo.accounts.roles import Permission, Role
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound
from relo.core.scoping import scoped_agency_id


@transaction.atomic
def end_membership(*, membership_id: int, actor: Actor) -> Membership:
    """What the person did stays under their name. An agency keeps at least one administrator."""
    actor.require(Permission.MANAGE_MEMBERS)
    # The administrators are taken together, so that two of them cannot end each other at once.
    administrators = Membership.objects.select_for_update().filter(
        agency_id=scoped_agency_id(), role=Role.ADMINISTRATOR, is_active=True, user__is_active=True
    )
    others = [member for member in administrators if member.pk != membership_id]
    membership = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=membership_id, agency_id=scoped_agency_id())
        .first()
    )
    if membership is None:
        raise NotFound("not_found", _("There is no such member."))
    if not membership.is_active:
        raise Conflict("membership_ended", _("This membership has ended already."))
    if membership.role == Role.ADMINISTRATOR and not others:
        raise Conflict("last_administrator", _("This is the last administrator. Make somebody else one first."))
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    return membership
