"""A file that was sent for the wrong requirement: moved, with everything that is known of it, to the right one."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import ItemState
from cases.packs import pack_of_case
from cases.selectors import hand_in_of
from cases.services.checklist import put_back
from cases.services.locking import item_of
from documents.models import Document, PacketChoice, Review
from documents.models.document import LIVE_STATES
from documents.services.reviewing import locked_to_decide
from documents.services.standing import set_by_documents
from documents.services.uploading import make_room, next_version, refuse_closed, refuse_type
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict


@transaction.atomic
def refile_document(*, document_id: UUID, code: str, actor: Actor, sha256: str = "") -> Document:
    """To another item of the case, where it waits to be checked. A version that was decided on stays where it is."""
    actor.require(Permission.REVIEW_DOCUMENTS)
    document = locked_to_decide(document_id, actor, sha256)
    case, before = document.case, document.item
    if before.code == code:
        raise Conflict("filed_there_already", _("This document is filed there already. Choose another requirement."))
    target = item_of(case, code)
    pack = pack_of_case(case)
    requirement, hand_in_on = pack.requirement(code), hand_in_of(case, pack).on
    refuse_closed(target, requirement, hand_in_on)
    refuse_type(document.kind, requirement)
    live = list(Document.objects.filter(item=target, state__in=LIVE_STATES).order_by("version"))
    if any(one.sha256 == document.sha256 for one in live):
        raise Conflict("document_exists", _("This very file is there already. Ask for changes instead."))
    make_room(live, requirement, all_lapse=target.lapses_before(hand_in_on))
    Review.objects.filter(document=document).delete()  # of the first of two: it was for the other requirement
    document.refiled_from = document.refiled_from or before.code
    document.item, document.version = target, next_version(target)
    document.original, document.made_for = None, ""  # by the chain of the other requirement
    document.save(update_fields=["item", "version", "refiled_from", "original", "made_for"])
    # So were the links of what was made of it, and what was chosen about it for the packet.
    Document.objects.filter(original=document).update(original=None, made_for="")
    PacketChoice.objects.filter(document=document).delete()
    record(
        case=case,
        kind="document.refiled",
        actor=actor,
        item=code,
        document=str(document.pk),
        refiled_from=before.code,
    )
    if not before.is_settled:
        set_by_documents(case, before, actor)
    put_back(case, target, ItemState.SUBMITTED, "", actor)
    return document
