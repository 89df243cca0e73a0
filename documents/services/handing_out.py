"""Handing out bytes: who gets which, when and why is on record before the first byte leaves.

A line that cannot be written is an error, and then nothing is handed out.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.models import Document, DocumentAccess, Packet, PacketVolume, PostCopy, Purpose
from documents.selectors import visible_document, visible_packet
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound


@transaction.atomic(durable=True)
def hand_out_document(*, document_id: UUID, actor: Actor, purpose: Purpose) -> Document:
    document = visible_document(document_id, actor)
    _write([DocumentAccess(case_id=document.case_id, document=document)], actor, purpose)
    return document


@transaction.atomic(durable=True)
def hand_out_packet(*, packet_id: UUID, actor: Actor, purpose: Purpose) -> Packet:
    """For its PDF and its manifest, which names the candidate and their papers."""
    packet = visible_packet(packet_id, actor)
    if not packet.blob_key or packet.manifest is None:
        raise Conflict("packet_not_ready", _("The packet is not built yet. Ask again once its state is `ready`."))
    _write([DocumentAccess(case_id=packet.case_id, packet=packet)], actor, purpose)
    return packet


def hand_out_copy(*, copy_id: UUID, actor: Actor) -> PostCopy:
    """A copy of a public page: about no case and nobody, so that the log of accesses has no line for it."""
    actor.require(Permission.VIEW_ROUTES)
    copy = PostCopy.objects.select_related("post_edition").filter(pk=copy_id).first()
    if copy is None:
        raise NotFound("not_found", _("There is no such copy."))
    return copy


@transaction.atomic(durable=True)
def hand_out_volume(*, packet_id: UUID, number: int, actor: Actor, purpose: Purpose) -> PacketVolume:
    """A further file of a packet that was split."""
    packet = visible_packet(packet_id, actor)
    volume = PacketVolume.objects.filter(packet=packet, number=number).first()
    if volume is None:
        raise NotFound("not_found", _("This packet has no such part."))
    volume.packet = packet
    _write([DocumentAccess(case_id=packet.case_id, packet=packet)], actor, purpose)
    return volume


@transaction.atomic(durable=True)
def hand_out_packet_copy(*, packet: Packet, actor: Actor) -> Packet:
    """The marked copy, for the candidate it was shown to; `packet` comes from packet_for_candidate()."""
    if packet.asked_at is None or not packet.copy_key:
        raise NotFound("not_found", _("There is no such packet."))
    _write([DocumentAccess(case_id=packet.case_id, packet=packet)], actor, Purpose.CANDIDATE)
    return packet


@transaction.atomic
def hand_out_for_copy(*, packet: Packet, actor: Actor) -> list[str]:
    """Where the files of the packet lie that a marked copy is made of."""
    _write([DocumentAccess(case_id=packet.case_id, packet=packet)], actor, Purpose.PACKET_BUILD)
    further = PacketVolume.objects.filter(packet=packet).order_by("number").values_list("blob_key", flat=True)
    return [packet.blob_key, *further]


@transaction.atomic
def hand_out_for_packet(*, packet: Packet, document_ids: Iterable[UUID], actor: Actor) -> dict[UUID, str]:
    """Where each document of a build lies. One line a document, each time it is built."""
    documents = Document.objects.filter(case=packet.case_id).in_bulk(list(document_ids))
    lines = [
        DocumentAccess(case_id=packet.case_id, document=document, packet=packet) for document in documents.values()
    ]
    _write(lines, actor, Purpose.PACKET_BUILD)
    return {document_id: document.blob_key for document_id, document in documents.items()}


def _write(lines: list[DocumentAccess], actor: Actor, purpose: Purpose) -> None:
    now = clock.now()
    for line in lines:
        line.actor_kind, line.actor_ref, line.purpose, line.at = actor.kind, actor.ref, purpose, now
    DocumentAccess.objects.bulk_create(lines)
