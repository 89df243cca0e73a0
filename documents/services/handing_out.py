"""Handing out bytes: who gets which, when and why is on record before the first byte leaves.

A line that cannot be written is an error, and then nothing is handed out.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from documents.intake.sandbox import TimeLeft
from documents.models import (
    Document,
    DocumentAccess,
    Packet,
    PacketVolume,
    PostCopy,
    Purpose,
    Rendition,
    RenditionKind,
)
from documents.selectors import visible_document, visible_packet
from documents.services.converting import picture_of, working_copy_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound

ONE_LOOK = timedelta(minutes=15)
LONGEST_REASON = 200


@transaction.atomic(durable=True)
def hand_out_document(*, document_id: UUID, actor: Actor, purpose: Purpose, reason: str = "") -> Document:
    """The original, with whatever its sender's camera or program wrote into it."""
    document = visible_document(document_id, actor)
    _write([DocumentAccess(case_id=document.case_id, document=document, reason=reason)], actor, purpose)
    return document


def hand_out_original(*, document_id: UUID, actor: Actor, reason: str) -> Document:
    """To the staff, who look at pages otherwise, and so say what they need the original for."""
    actor.require(Permission.DOWNLOAD_FILES)
    reason = " ".join(reason.split())
    if not reason:
        message = _("Say what you need the original for.")
        raise Invalid("reason_missing", message, errors={"reason": message})
    if len(reason) > LONGEST_REASON:
        message = _("Say it in at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid("reason_too_long", message, errors={"reason": message})
    return hand_out_document(document_id=document_id, actor=actor, purpose=Purpose.DOWNLOAD, reason=reason)


def hand_out_picture(*, document_id: UUID, page: int, kind: RenditionKind, actor: Actor, purpose: Purpose) -> Rendition:
    """One page to look at. Whoever turns the pages of a document looks at it once."""
    document = visible_document(document_id, actor)
    picture = picture_of(document, kind, page)  # outside the transaction: it may have to be drawn
    if picture is None:
        raise NotFound("no_picture", _("There is no picture of this page."))
    with transaction.atomic(durable=True):
        document = visible_document(document_id, actor)
        if not _is_looking(document, actor, purpose):
            _write([DocumentAccess(case_id=document.case_id, document=document)], actor, purpose)
    return picture


def hand_out_copy(*, document_id: UUID, actor: Actor) -> tuple[Document, Rendition]:
    """The working copy, whole."""
    document = visible_document(document_id, actor)
    copy = working_copy_of(document, TimeLeft())
    if copy is None:
        raise Conflict("no_working_copy", _("There is no working copy of this document."))
    with transaction.atomic(durable=True):
        document = visible_document(document_id, actor)
        _write([DocumentAccess(case_id=document.case_id, document=document)], actor, Purpose.DOWNLOAD)
    return document, copy


@transaction.atomic(durable=True)
def hand_out_packet(*, packet_id: UUID, actor: Actor, purpose: Purpose) -> Packet:
    """For its PDF and its manifest, which names the candidate and their papers."""
    packet = visible_packet(packet_id, actor)
    if not packet.blob_key or packet.manifest is None:
        raise Conflict("packet_not_ready", _("The packet is not built yet. Ask again once its state is `ready`."))
    _write([DocumentAccess(case_id=packet.case_id, packet=packet)], actor, purpose)
    return packet


def hand_out_post_copy(*, copy_id: UUID, actor: Actor) -> PostCopy:
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
def hand_out_for_packet(*, packet: Packet, hashes: Mapping[UUID, str], actor: Actor) -> dict[UUID, str]:
    """Where the bytes of each document of a build lie: of the working copy that has this hash, or of the original in
    packets of before there were copies. One line a document, each time it is built."""
    documents = Document.objects.filter(case=packet.case_id).in_bulk(list(hashes))
    copies = Rendition.objects.filter(document__in=documents.values(), kind=RenditionKind.WORKING_COPY)
    lie_at = {row.pk: row.blob_key for row in documents.values() if row.sha256 == hashes[row.pk]}
    lie_at |= {row.document_id: row.blob_key for row in copies if row.sha256 == hashes[row.document_id]}
    lines = [
        DocumentAccess(case_id=packet.case_id, document=document, packet=packet) for document in documents.values()
    ]
    _write(lines, actor, Purpose.PACKET_BUILD)
    return lie_at


def _is_looking(document: Document, actor: Actor, purpose: Purpose) -> bool:
    lines = DocumentAccess.objects.filter(case=document.case_id, document=document, purpose=purpose)
    return lines.filter(actor_kind=actor.kind, actor_ref=actor.ref, at__gt=clock.now() - ONE_LOOK).exists()


def _write(lines: list[DocumentAccess], actor: Actor, purpose: Purpose) -> None:
    now = clock.now()
    for line in lines:
        line.actor_kind, line.actor_ref, line.purpose, line.at = actor.kind, actor.ref, purpose, now
    DocumentAccess.objects.bulk_create(lines)
