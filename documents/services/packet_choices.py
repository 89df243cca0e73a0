"""What staff choose for the next packet of a case: the order, what stays out, whose name is printed where."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case
from cases.services.locking import lock_case, name_of
from documents.models import Document, PacketChoice
from documents.selectors import refuse_restricted, visible_document
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid

LAST_POSITION = 998


def choices_digest(case: Case) -> str:
    """Tells whether what was chosen is still what a page showed."""
    fields = ("document_id", "position", "left_out_reason", "printed_name")
    rows = PacketChoice.objects.filter(case=case).order_by("document_id").values_list(*fields)
    return hashlib.sha256(json.dumps(list(rows), default=str).encode()).hexdigest()


@transaction.atomic
def choose_all_for_packet(
    *, case_id: UUID, choices: Mapping[UUID, Mapping[str, Any]], shown: str, actor: Actor
) -> None:
    """Choices for several documents at once, as a page showed them; what a colleague chose meanwhile is not undone."""
    actor.require(Permission.BUILD_PACKETS)
    case = lock_case(case_id, actor)
    if shown != choices_digest(case):
        raise Conflict(
            "choices_changed", _("A colleague chose otherwise meanwhile. Reload the page and enter yours again.")
        )
    for document_id, chosen in choices.items():
        choose_for_packet(document_id=document_id, actor=actor, **chosen)


@transaction.atomic
def choose_for_packet(
    *,
    document_id: UUID,
    actor: Actor,
    position: int | None = None,
    left_out_reason: str = "",
    printed_name: str = "",
) -> PacketChoice:
    """The whole choice for one document; what is empty is as the route has it."""
    actor.require(Permission.BUILD_PACKETS)
    known = visible_document(document_id, actor)
    case = lock_case(known.case_id, actor)
    document = Document.objects.select_related("item").get(pk=document_id)
    document.case = case
    refuse_restricted(document, actor)
    if position is not None and not 1 <= position <= LAST_POSITION:
        message = _("A place is a number from 1 to %(last)s.") % {"last": LAST_POSITION}
        raise Invalid("position_invalid", message, errors={"position": message})
    chosen = {
        "position": position,
        "left_out_reason": left_out_reason.strip(),
        "printed_name": printed_name.strip(),
    }
    choice = PacketChoice.objects.filter(document=document).first()
    if choice is None:
        choice = PacketChoice(agency_id=case.agency_id, case=case, document=document)
        if not any(chosen.values()):
            return choice
    elif all(getattr(choice, field) == value for field, value in chosen.items()):
        return choice
    for field, value in chosen.items():
        setattr(choice, field, value)
    choice.chosen_by, choice.chosen_at = name_of(actor), clock.now()
    choice.full_clean(exclude=["agency", "case", "document"])
    choice.save()
    record(case=case, kind="packet.chosen", actor=actor, item=document.item.code, document=str(document.pk))
    return choice
