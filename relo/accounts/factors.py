"""Second factors of a member, as allauth keeps them."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.security_log import note_of_member
from relo.accounts.security_models import SecurityAct
from relo.accounts.sessions import end_sessions_of_user, member_in_scope
from relo.core.actors import Actor
from relo.core.errors import Conflict

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one


def has_second_factor(user_id: int) -> bool:
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists())


@transaction.atomic
def take_factors_away(*, membership_id: int, actor: Actor) -> None:
    """For a member of one's own agency who lost theirs: they sign in with the password and set up new ones."""
    membership = member_in_scope(membership_id, actor)
    if str(membership.user_id) == actor.ref:
        raise Conflict("own_factors", _("Remove your own factors on your page “Sign-in and security”."))
    end_sessions_of_user(membership.user_id)
    Authenticator.objects.filter(user_id=membership.user_id).delete()
    note_of_member(SecurityAct.FACTORS_TAKEN, membership=membership, actor=actor)
