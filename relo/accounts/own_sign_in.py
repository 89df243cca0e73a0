"""After somebody changed how they sign in themselves."""

from collections.abc import Mapping

from django.db import transaction

from relo.accounts.security_log import note
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import agency_of
from relo.accounts.sessions import end_other_sessions
from relo.core.actors import Actor


@transaction.atomic
def own_sign_in_changed(
    act: SecurityAct, *, session_id: int, actor: Actor, data: Mapping[str, str] | None = None
) -> None:
    """In the transaction of the change. What is open elsewhere ends: it may be in other hands."""
    end_other_sessions(keep=session_id, actor=actor)
    note(act, agency_id=agency_of(actor).pk, actor=actor, user_id=int(actor.ref), data=data)
