"""Somebody is in: what is written of that, and what was refused before."""

from datetime import datetime, timedelta

from django.db import transaction

from relo.accounts.digests import counting_key
from relo.accounts.models import Membership, StaffCount, User
from relo.accounts.security_log import note_of_member
from relo.accounts.security_models import SecurityAct
from relo.core import clock
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.counting import count
from relo.core.scoping import system_scope
from relo.outbox.service import put

TOGETHER = timedelta(minutes=15)
MOST = 30_000  # what a small integer holds; a line that says so many says enough


@transaction.atomic
def signed_in(*, user_id: int, language: str) -> None:
    """After the last step. Mails go in the language that the person signed in in."""
    User.objects.filter(pk=user_id).exclude(language=language).update(language=language)
    membership = Membership.objects.get(user_id=user_id)
    actor = Actor(ActorKind.STAFF, str(user_id), membership.agency_id)
    note_of_member(SecurityAct.SIGNED_IN, membership=membership, actor=actor)


def user_id_of(email: str) -> int | None:
    return User.objects.filter(email__iexact=email.strip()).values_list("pk", flat=True).first()


@transaction.atomic
def count_for_the_log(act: SecurityAct, email: str) -> None:
    """What strangers can bring about as often as they like is one line for an account and a quarter of an hour, written
    when that is over. The same work for an account that nobody has."""
    now = clock.now()
    began = datetime.fromtimestamp(now.timestamp() // TOGETHER.total_seconds() * TOGETHER.total_seconds(), now.tzinfo)
    key = counting_key(act, email=email, since=began.isoformat())
    count(StaffCount, key, most=MOST, within=2 * TOGETHER, now=now)
    with system_scope("whose account it is, and of which agency, shows when the line is written"):
        put(
            handler="accounts.write_count",
            key=key,
            payload={"key": key, "act": act.value, "user_id": user_id_of(email)},
            due_at=began + TOGETHER,
        )


@transaction.atomic
def write_count(*, key: str, act: str, user_id: int | None) -> None:
    """Outbox handler. The count goes with its line, so running twice writes one."""
    row = StaffCount.objects.select_for_update().filter(pk=key).first()
    if row is None:
        return
    row.delete()
    membership = Membership.objects.filter(user_id=user_id).first() if user_id is not None else None
    if membership is not None:
        data = {"count": str(row.asked)}
        note_of_member(SecurityAct(act), membership=membership, actor=system_actor("sign-in"), data=data)
