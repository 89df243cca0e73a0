"""Reads: documents and packets of cases that an actor sees."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.selectors import cases_visible_to, visible_case
from documents.models import Document, DocumentAccess, Packet
from documents.models.document import LIVE_STATES
from relo.accounts.roles import Permission
from relo.core.actors import Actor, ActorKind
from relo.core.errors import NotFound


def documents_visible_to(actor: Actor) -> QuerySet[Document]:
    if actor.kind is not ActorKind.CANDIDATE:
        actor.require(Permission.VIEW_DOCUMENTS)
    return Document.objects.filter(case__in=cases_visible_to(actor)).select_related("case", "item")


def visible_document(document_id: UUID | str, actor: Actor) -> Document:
    document = documents_visible_to(actor).filter(pk=document_id).first()
    if document is None:
        raise NotFound("not_found", _("There is no such document."))
    return document


def live_documents(case: Case) -> QuerySet[Document]:
    """Documents that stand for something now: replaced versions are left out."""
    return Document.objects.filter(case=case, state__in=LIVE_STATES).order_by("item__position", "version")


def packets_visible_to(actor: Actor) -> QuerySet[Packet]:
    actor.require(Permission.VIEW_PACKETS)
    return Packet.objects.filter(case__in=cases_visible_to(actor)).select_related("case")


def visible_packet(packet_id: UUID | str, actor: Actor) -> Packet:
    packet = packets_visible_to(actor).filter(pk=packet_id).first()
    if packet is None:
        raise NotFound("not_found", _("There is no such packet."))
    return packet


def packets_of(case_id: UUID, actor: Actor) -> list[Packet]:
    """The latest first; a case that is not visible answers like one that is missing."""
    case = visible_case(case_id, actor)
    return list(packets_visible_to(actor).filter(case=case).order_by("-number"))


def accesses_visible_to(actor: Actor) -> QuerySet[DocumentAccess]:
    """Who opened what, the newest first. Candidates see it for their own papers."""
    if actor.kind is not ActorKind.CANDIDATE:
        actor.require(Permission.VIEW_DOCUMENTS)
    accesses = DocumentAccess.objects.filter(case__in=cases_visible_to(actor)).order_by("-id")
    return accesses.select_related("case__route_version", "document__item", "packet").defer(
        "case__route_version__content", "packet__inputs", "packet__manifest"
    )
