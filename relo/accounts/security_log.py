"""Lines of the security log, each written in the transaction of what it tells of."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from relo.accounts.models import Membership
from relo.accounts.security_models import TOLD, SecurityAct, SecurityEvent
from relo.core import clock
from relo.core.actors import Actor
from relo.core.scoping import agency_scope
from relo.outbox.service import put


def note(
    act: SecurityAct,
    *,
    agency_id: UUID,
    actor: Actor,
    user_id: int | None = None,
    data: Mapping[str, str] | None = None,
) -> SecurityEvent:
    """`user_id`: the member whom it is about. `data`: codes and ids, never what somebody typed."""
    if not connection.in_atomic_block:
        raise RuntimeError("note() belongs inside the change it tells of")
    # Members and tokens decide the scope, so what is done about them may come without one.
    with agency_scope(agency_id):
        event: SecurityEvent = SecurityEvent.objects.create(
            act=act,
            user_id=user_id,
            actor_kind=actor.kind,
            actor_ref=actor.ref,
            at=clock.now(),
            data=dict(data or {}),
        )
        if act in TOLD:
            put(handler="accounts.tell_member", key=f"security:{event.pk}", payload={"event_id": event.pk})
    return event


def note_of_member(
    act: SecurityAct, *, membership: Membership, actor: Actor, data: Mapping[str, str] | None = None
) -> SecurityEvent:
    return note(act, agency_id=membership.agency_id, actor=actor, user_id=membership.user_id, data=data)
