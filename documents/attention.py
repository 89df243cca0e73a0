"""What of documents and packets waits for the staff: for their first page and for their morning mail."""

from django.db.models import OuterRef, QuerySet, Subquery

from documents.models import Document, DocumentState, Packet, PacketState
from documents.selectors import openable_documents, packets_visible_to
from relo.core.actors import Actor


def documents_waiting(actor: Actor) -> QuerySet[Document]:
    """To be checked, without those that this person may not open."""
    return openable_documents(actor).filter(state=DocumentState.READY, case__closed_at=None)


def packets_waiting(actor: Actor) -> QuerySet[Packet]:
    """Built and not yet sealed, or failed; of each case the last."""
    states = [PacketState.READY, PacketState.FAILED]
    packets = packets_visible_to(actor).filter(state__in=states, case__closed_at=None)
    newest = Packet.objects.filter(case=OuterRef("case")).order_by("-number").values("number")[:1]
    return packets.filter(number=Subquery(newest))  # an older one was replaced by it
