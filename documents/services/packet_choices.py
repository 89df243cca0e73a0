"""What staff choose for the next packet of a case: the order, what stays out, whose name is printed where."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.services.locking import lock_case, name_of
from documents.models import Document, PacketChoice
from documents.selectors import refuse_restricted, visible_document
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Invalid

LAST_POSITION = 998


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
