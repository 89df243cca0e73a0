"""Packets: asked for, built by a worker from fixed inputs, and sealed by a person."""

import logging
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case, ItemState
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.services.evaluating import derive
from cases.services.locking import lock_case, name_of
from documents.models import Document, DocumentState, Packet, PacketState, Rendition, RenditionKind
from documents.packets.errors import PacketBlocked, PacketFailed
from documents.packets.plan import PacketDocument, PacketInputs, fingerprint, plan_packet
from documents.packets.run import BuiltPacket, run_in_child
from documents.packets.text import Text
from documents.packets.workspace import packet_workspace
from documents.selectors import visible_packet
from documents.services.handing_out import hand_out_for_packet
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor, system_actor
from relo.core.errors import Conflict
from relo.core.languages import in_language
from relo.outbox.models import OutboxMessage
from relo.outbox.service import put

log = logging.getLogger(__name__)

HANDLER = "documents.build_packet"
BEING_BUILT = (PacketState.REQUESTED, PacketState.BUILDING)
GIVEN_UP = PacketFailed(
    "given_up",
    Text(
        "It could not be built after several tries. A new packet was requested.", "多次尝试后仍未能生成，已重新申请。"
    ),
)


@transaction.atomic
def request_packet(*, case_id: UUID, actor: Actor) -> Packet:
    """Ask for the next packet of a case. Number, date and documents are fixed here; the same documents as the last
    packet give that packet, not another one.
    """
    actor.require(Permission.BUILD_PACKETS)
    case = lock_case(case_id, actor)
    pack = pack_of_case(case)
    if pack.stage_index(case.stage) < pack.stage_index(pack.packet_from):
        stage = pack.stage(pack.packet_from).name
        raise Conflict(
            "packet_too_early",
            _("A packet can be built from the stage “%(stage)s” on. Move the case there first.")
            % {"stage": in_language(stage)},
        )
    last = Packet.objects.filter(case=case).order_by("-number").first()
    if last is not None and last.state in BEING_BUILT and _was_given_up(last):
        _mark_failed(last, GIVEN_UP)
    if last is not None and last.state != PacketState.FAILED:
        last.case = case
        if is_current(last):
            return last
    number = (Packet.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0) + 1
    inputs = _inputs(case, pack, number=number, printed_on=clock.today(case.agency.time_zone))
    try:
        plan_packet(inputs)
    except PacketBlocked as blocked:
        raise Conflict(
            "packet_blocked",
            " ".join(in_language(blocker.cure) for blocker in blocked.blockers),
            blockers=[{"code": blocker.code, "document": blocker.document_id} for blocker in blocked.blockers],
        ) from None
    packet = Packet.objects.create(
        agency_id=case.agency_id,
        case=case,
        number=number,
        inputs=inputs.to_json(),
        fingerprint=fingerprint(inputs),
        requested_by=name_of(actor),
        requested_at=clock.now(),
    )
    record(case=case, kind="packet.requested", actor=actor, packet=str(packet.pk))
    put(handler=HANDLER, key=f"packet:{packet.pk}", payload={"packet_id": str(packet.pk)})
    return packet


def build_packet(*, packet_id: str) -> None:
    """Outbox handler: build what was asked for. Running it twice gives the same file once.

    A failure a person must cure is recorded; a bug is raised, so that the outbox tries again and then shows it.
    """
    packet = _begin(packet_id)
    if packet is None:
        return
    inputs = PacketInputs.from_json(packet.inputs)
    try:
        with packet_workspace(Path(tempfile.gettempdir()) / f"relo-packets-{os.getuid()}") as folder:
            built = run_in_child(inputs, _sources(packet, inputs, folder), folder)
            with built.path.open("rb") as file:
                blob = storage.put(file)
    except PacketFailed as failure:
        log.warning("packet.failed", extra={"packet_id": packet_id, "code": failure.code, "trace": failure.trace})
        _fail(packet_id, failure)
        return
    _finish(packet_id, built, blob)


@transaction.atomic
def seal_packet(*, packet_id: UUID, actor: Actor) -> Packet:
    """Seal a packet a person has looked at. Afterwards the row is read-only, and the case may go on to the form."""
    actor.require(Permission.SEAL_PACKETS)
    packet = visible_packet(packet_id, actor)
    case = lock_case(packet.case_id, actor)
    packet = Packet.objects.get(pk=packet_id)
    if packet.state != PacketState.READY:
        raise Conflict("packet_not_ready", _("Only a packet that is ready can be sealed."))
    packet.case = case
    if not is_current(packet):
        raise Conflict("packet_out_of_date", _("Documents or details changed since it was built. Build a new packet."))
    packet.state, packet.sealed_by, packet.sealed_at = PacketState.SEALED, name_of(actor), clock.now()
    packet.save(update_fields=["state", "sealed_by", "sealed_at"])
    case.sealed_packet, case.sealed_at = packet.number, packet.sealed_at
    case.save(update_fields=["sealed_packet", "sealed_at"])
    record(case=case, kind="packet.sealed", actor=actor, packet=str(packet.pk))
    derive(case)
    return packet


def is_current(packet: Packet) -> bool:
    """Whether today's documents and details would give this very packet again."""
    case = packet.case
    printed_on = PacketInputs.from_json(packet.inputs).printed_on
    again = _inputs(case, pack_of_case(case), number=packet.number, printed_on=printed_on)
    return fingerprint(again) == packet.fingerprint


def _inputs(case: Case, pack: Pack, *, number: int, printed_on: Any) -> PacketInputs:
    return PacketInputs(
        case_reference=case.reference,
        packet_number=number,
        printed_on=printed_on,
        route_code=pack.code,
        route_edition=pack.edition,
        route_name=Text(pack.name.en, pack.name.zh),
        agency_name=case.agency.name,
        candidate_name=case.candidate.name,
        candidate_chinese_name=case.candidate.chinese_name,
        planned_hand_in=case.planned_hand_in,
        documents=tuple(_packet_documents(case, pack)),
    )


def _packet_documents(case: Case, pack: Pack) -> list[PacketDocument]:
    """Accepted documents of the requirements that belong in the packet, in the route's order."""
    accepted = Document.objects.filter(
        case=case, state=DocumentState.ACCEPTED, item__state=ItemState.ACCEPTED
    ).select_related("item", "review")
    places = {r.code: (r.packet_order or 999, n) for n, r in enumerate(pack.requirements) if r.in_packet}
    rows = sorted(
        (document for document in accepted if document.item.code in places),
        key=lambda document: (*places[document.item.code], document.version),
    )
    copies = dict(
        Rendition.objects.filter(document__in=rows, kind=RenditionKind.WORKING_COPY).values_list("document", "sha256")
    )
    found, zone = [], ZoneInfo(case.agency.time_zone)
    for row in rows:
        name = pack.requirement(row.item.code).name
        found.append(
            PacketDocument(
                requirement_code=row.item.code,
                requirement_name=Text(name.en, name.zh),
                document_id=str(row.pk),
                version=row.version,
                file_name=row.file_name,
                kind=row.kind,
                sha256=row.sha256,
                size=row.size,
                pages=row.pages,
                working_sha256=copies.get(row.pk, ""),
                accepted_on=row.review.reviewed_at.astimezone(zone).date(),
                reviewer=row.review.reviewed_by,
                issued_on=row.item.issued_on,
                expires_on=row.item.expires_on,
            )
        )
    return found


@transaction.atomic
def _begin(packet_id: str) -> Packet | None:
    packet = Packet.objects.select_for_update().get(pk=packet_id)
    if packet.state not in (PacketState.REQUESTED, PacketState.BUILDING):
        return None
    packet.state = PacketState.BUILDING
    packet.save(update_fields=["state"])
    return packet


def _sources(packet: Packet, inputs: PacketInputs, folder: Path) -> dict[str, Path]:
    """The working copies in the work folder, which is removed with all that is in it."""
    hashes = {UUID(paper.document_id): paper.working_sha256 or paper.sha256 for paper in inputs.documents}
    keys = hand_out_for_packet(packet=packet, hashes=hashes, actor=system_actor("packets", packet.agency_id))
    sources = {}
    for position, document in enumerate(inputs.documents):
        target = folder / f"source-{position}"
        with target.open("wb") as file:
            for piece in storage.chunks(keys[UUID(document.document_id)]):
                file.write(piece)
        sources[document.document_id] = target
    return sources


@transaction.atomic
def _finish(packet_id: str, built: BuiltPacket, blob: storage.BlobRef) -> None:
    packet = Packet.objects.select_for_update().select_related("case").get(pk=packet_id)
    if packet.state != PacketState.BUILDING:
        transaction.on_commit(lambda: storage.delete(blob.key))  # another worker was first, with the same bytes
        return
    packet.state, packet.built_at, packet.failure = PacketState.READY, clock.now(), None
    packet.blob_key, packet.sha256, packet.size = blob.key, built.sha256, built.size
    packet.pages, packet.manifest = built.pages, built.manifest
    packet.save()
    record(case=packet.case, kind="packet.built", actor=system_actor("packets"), packet=packet_id)


@transaction.atomic
def _fail(packet_id: str, failure: PacketFailed) -> None:
    packet = Packet.objects.select_for_update().select_related("case").get(pk=packet_id)
    if packet.state == PacketState.BUILDING:  # else another worker built it meanwhile, and it may be sealed
        _mark_failed(packet, failure)


def _mark_failed(packet: Packet, failure: PacketFailed) -> None:
    packet.state = PacketState.FAILED
    packet.failure = {"code": failure.code, "en": failure.detail.en, "zh": failure.detail.zh}
    packet.save(update_fields=["state", "failure"])
    record(
        case=packet.case,
        kind="packet.failed",
        actor=system_actor("packets"),
        packet=str(packet.pk),
        code=failure.code,
    )


def _was_given_up(packet: Packet) -> bool:
    """Its message lies dead in the outbox: no worker will come for it."""
    messages = OutboxMessage.objects.filter(handler=HANDLER, payload={"packet_id": str(packet.pk)})
    return messages.exists() and not messages.filter(dead_at=None).exists()
