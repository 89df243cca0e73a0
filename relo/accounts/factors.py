"""Second factors of a member, as allauth keeps them."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from relo.accounts.models import Membership
from relo.accounts.sessions import end_sessions_of_member
from relo.core.actors import Actor
from relo.core.errors import Conflict

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one


def has_second_factor(user_id: int) -> bool:
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=FACTORS).exists())


@transaction.atomic
def take_factors_away(*, membership_id: int, actor: Actor) -> None:
    """For a member of one's own agency who lost theirs: they sign in with the password and set up new ones."""
    end_sessions_of_member(membership_id=membership_id, actor=actor)
    user_id = Membership.objects.get(pk=membership_id).user_id
    if user_id == int(actor.ref):
        raise Conflict("own_factors", _("Remove your own factors on your page “Sign-in and security”."))
    Authenticator.objects.filter(user_id=user_id).delete()
