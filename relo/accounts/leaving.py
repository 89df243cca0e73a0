"""The end of a membership. From the next request on the person is nobody here, nor are the tokens they issued good."""

from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.changing import locked_member, refuse_no_administrator, refuse_own
from relo.accounts.models import Membership
from relo.accounts.security_log import note_of_member
from relo.accounts.security_models import SecurityAct
from relo.accounts.sessions import end_sessions_of_user
from relo.core.actors import Actor
from relo.core.errors import Conflict


@transaction.atomic
def end_membership(*, membership_id: int, actor: Actor) -> Membership:
    """What the person did stays under their name. An agency keeps at least one administrator."""
    membership = locked_member(membership_id, actor)
    if not membership.is_active:
        raise Conflict("membership_ended", _("This membership has ended already."))
    refuse_no_administrator(membership)
    refuse_own(membership, actor)
    membership.is_active = False
    membership.save(update_fields=["is_active"])
    end_sessions_of_user(membership.user_id)
    note_of_member(SecurityAct.MEMBER_ENDED, membership=membership, actor=actor)
    return membership
