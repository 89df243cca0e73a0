"""Trying a dead message again."""

from django.db import transaction
from django.utils.translation import gettext as _

from relo.core.errors import Conflict, NotFound
from relo.core.scoping import scoped_agency_id
from relo.outbox.models import OutboxMessage
from relo.outbox.service import UnknownHandler, put


def key_of_retry(message: OutboxMessage) -> str:
    return f"again:{message.pk}"


@transaction.atomic
def try_again(*, message_id: int) -> None:
    """Put the same work as a new message; the dead one stays as a record.

    Its counter of claims is also the fencing number, so it cannot be set back: a worker thought dead could then finish
    a claim that is not its own.
    """
    message = (
        OutboxMessage.objects.select_for_update()
        .filter(pk=message_id, agency_id=scoped_agency_id(), dead_at__isnull=False)
        .first()
    )
    if message is None:
        raise NotFound("not_found", _("There is no such message."))
    if OutboxMessage.objects.filter(handler=message.handler, key=key_of_retry(message)).exists():
        raise Conflict("tried_again", _("This was tried again already. Look at the newer message."))
    try:
        put(handler=message.handler, key=key_of_retry(message), payload=message.payload)
    except UnknownHandler:
        raise Conflict("handler_gone", _("This version of relo no longer does this kind of work.")) from None
