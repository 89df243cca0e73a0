"""Packets: asked for, built by a worker from fixed inputs, and sealed by a person."""

import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case
from cases.packs import pack_of_case
from cases.services.evaluating import derive
from cases.services.locking import lock_case, name_of
from cases.services.reasons import refuse_no_sentence
from documents.models import Answer, Document, Packet, PacketState, PacketStep, PacketVolume
from documents.packets.builder import failure_of
from documents.packets.errors import Blocker, PacketBlocked, PacketFailed, no_room
from documents.packets.inputs import PacketInputs, fingerprint
from documents.packets.plan import plan_packet
from documents.packets.run import BuiltPacket, run_in_child
from documents.packets.sources import lay_source
from documents.packets.text import Text
from documents.packets.workspace import packet_workspace
from documents.selectors import may_open, visible_packet
from documents.services.handing_out import hand_out_for_packet
from documents.services.packet_inputs import is_current, packet_inputs, would_be_again
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor, system_actor
from relo.core.errors import Conflict, Invalid
from relo.core.languages import in_language
from relo.outbox.models import OutboxMessage
from relo.outbox.service import put

log = logging.getLogger(__name__)

HANDLER = "documents.build_packet"
LONGEST_REASON = 2000
BEING_BUILT = (PacketState.REQUESTED, PacketState.BUILDING)
GIVEN_UP = PacketFailed(
    "given_up",
    Text(
        "It could not be built after several tries. A new packet was requested.", "多次尝试后仍未能生成，已重新申请。"
    ),
)


@transaction.atomic
def request_packet(
    *, case_id: UUID, actor: Actor, most_pages: int | None = None, most_bytes: int | None = None
) -> Packet:
    """Ask for the next packet of a case. Number, date and documents are fixed here; the same documents as the last
    packet give that packet, not another one. `most_pages`, `most_bytes`: of one file, beyond which it is split.
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
        if would_be_again(last, most_pages, most_bytes):
            return last
    number = (Packet.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0) + 1
    printed_on = clock.today(case.agency.time_zone)
    inputs = packet_inputs(
        case, pack, number=number, printed_on=printed_on, most_pages=most_pages, most_bytes=most_bytes
    )
    try:
        plan_packet(inputs)
    except PacketBlocked as blocked:
        raise Conflict(
            "packet_blocked",
            _in_words(blocked.blockers, case, actor),
            blockers=[{"code": blocker.code, "document": blocker.document_id} for blocker in blocked.blockers],
        ) from None
    packet = Packet.objects.create(
        agency_id=case.agency_id,
        case=case,
        number=number,
        inputs=inputs.to_json(),
        fingerprint=fingerprint(inputs),
        most_pages=most_pages,
        most_bytes=most_bytes,
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
            built = run_in_child(inputs, _sources(packet, inputs, folder), folder, progress=_teller(packet))
            blobs = _stored(built)
    except OSError as fault:
        if not no_room(fault):
            raise
        _fail(packet_id, failure_of({"failed": "no_room"}))
        return
    except PacketFailed as failure:
        log.warning("packet.failed", extra={"packet_id": packet_id, "code": failure.code, "trace": failure.trace})
        _fail(packet_id, failure)
        return
    _finish(packet_id, built, blobs)


@transaction.atomic
def seal_packet(*, packet_id: UUID, actor: Actor, reason: str = "") -> Packet:
    """Seal a packet a person has looked at. Afterwards the row is read-only, and the case may go on to the form.

    Where the candidate found an error in it, that takes a reason.
    """
    actor.require(Permission.SEAL_PACKETS)
    packet = visible_packet(packet_id, actor)
    case = lock_case(packet.case_id, actor)
    packet = Packet.objects.get(pk=packet_id)
    if packet.state != PacketState.READY:
        raise Conflict("packet_not_ready", _("Only a packet that is ready can be sealed."))
    packet.case = case
    if not is_current(packet):
        raise Conflict("packet_out_of_date", _("Documents or details changed since it was built. Build a new packet."))
    if packet.answer == Answer.ERROR:
        _refuse_unexplained(reason)
        packet.sealed_despite = reason.strip()
    packet.state, packet.sealed_by, packet.sealed_at = PacketState.SEALED, name_of(actor), clock.now()
    packet.save(update_fields=["state", "sealed_by", "sealed_at", "sealed_despite"])
    _supersede(packet, PacketState.READY, PacketState.SEALED)
    case.sealed_packet, case.sealed_at = packet.number, packet.sealed_at
    case.save(update_fields=["sealed_packet", "sealed_at"])
    record(case=case, kind="packet.sealed", actor=actor, packet=str(packet.pk))
    derive(case)
    return packet


def _refuse_unexplained(reason: str) -> None:
    """A sentence, as wherever a person decides past what stands in the way."""
    if not reason.strip():
        message = _(
            "The candidate reports an error in this packet. Mend it and build a new one, "
            "or say in a sentence why this one is right."
        )
        raise Invalid("error_unanswered", message, errors={"reason": message})
    refuse_no_sentence(reason)
    if len(reason.strip()) > LONGEST_REASON:
        message = _("Say it in up to %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid("reason_too_long", message, errors={"reason": message})


def _in_words(blockers: Sequence[Blocker], case: Case, actor: Actor) -> str:
    """Of a restricted paper no more than that it is in the way, to whoever may not see it."""
    documents = Document.objects.filter(pk__in=[one.document_id for one in blockers if one.document_id])
    hidden = set()
    for document in documents.select_related("item"):
        document.case = case
        if not may_open(document, actor):
            hidden.add(str(document.pk))
    restricted = _("A restricted paper stands in the way: somebody who may see it has to look at it.")
    return " ".join(restricted if one.document_id in hidden else in_language(one.cure) for one in blockers)


@transaction.atomic
def _begin(packet_id: str) -> Packet | None:
    packet = Packet.objects.select_for_update().get(pk=packet_id)
    if packet.state not in (PacketState.REQUESTED, PacketState.BUILDING):
        return None
    packet.state, packet.progress = PacketState.BUILDING, PacketStep.FETCHING
    packet.save(update_fields=["state", "progress"])
    return packet


def _teller(packet: Packet) -> Callable[[str], None]:
    def tell(step: str) -> None:
        if step in PacketStep.values:
            Packet.objects.filter(pk=packet.pk, state=PacketState.BUILDING).update(progress=step)

    return tell


def _stored(built: BuiltPacket) -> list[storage.BlobRef]:
    blobs = []
    for volume in built.volumes:
        with volume.path.open("rb") as file:
            blobs.append(storage.put(file))
    if [blob.sha256 for blob in blobs] != [volume.sha256 for volume in built.volumes]:
        for blob in blobs:
            storage.delete(blob.key)
        raise failure_of({})  # something wrote into what was sealed
    return blobs


def _sources(packet: Packet, inputs: PacketInputs, folder: Path) -> dict[str, Path]:
    """The working copies in the work folder, which is removed with all that is in it."""
    hashes = {UUID(paper.document_id): paper.working_sha256 or paper.sha256 for paper in inputs.documents}
    keys = hand_out_for_packet(packet=packet, hashes=hashes, actor=system_actor("packets", packet.agency_id))
    sources = {}
    for position, document in enumerate(inputs.documents):
        target = folder / f"source-{position}"
        lay_source(document, storage.chunks(keys[UUID(document.document_id)]), target)
        sources[document.document_id] = target
    return sources


@transaction.atomic
def _finish(packet_id: str, built: BuiltPacket, blobs: list[storage.BlobRef]) -> None:
    packet = Packet.objects.select_for_update().select_related("case").get(pk=packet_id)
    if packet.state != PacketState.BUILDING:
        for blob in blobs:  # another worker was first, with the same bytes
            transaction.on_commit(partial(storage.delete, blob.key))
        return
    packet.state, packet.built_at, packet.failure = PacketState.READY, clock.now(), None
    packet.blob_key, packet.sha256, packet.size = blobs[0].key, built.sha256, built.size
    packet.pages, packet.manifest, packet.progress = built.pages, built.manifest, ""
    packet.warnings = [
        {"code": w.code, "document_id": w.document_id, "en": w.cure.en, "zh": w.cure.zh} for w in built.warnings
    ]
    packet.save()
    PacketVolume.objects.bulk_create(
        PacketVolume(
            agency_id=packet.agency_id,
            packet=packet,
            number=number,
            blob_key=blob.key,
            sha256=volume.sha256,
            size=volume.size,
            pages=volume.pages,
            manifest=volume.manifest,
        )
        for number, (volume, blob) in enumerate(zip(built.volumes, blobs, strict=True), start=1)
        if number > 1
    )
    _supersede(packet, PacketState.READY)
    record(case=packet.case, kind="packet.built", actor=system_actor("packets"), packet=packet_id)


def _supersede(packet: Packet, *states: PacketState) -> None:
    """What was handed in stays what was handed in."""
    earlier = Packet.objects.filter(case=packet.case_id, number__lt=packet.number, state__in=states)
    earlier.update(state=PacketState.SUPERSEDED)


@transaction.atomic
def _fail(packet_id: str, failure: PacketFailed) -> None:
    packet = Packet.objects.select_for_update().select_related("case").get(pk=packet_id)
    if packet.state == PacketState.BUILDING:  # else another worker built it meanwhile, and it may be sealed
        _mark_failed(packet, failure)


def _mark_failed(packet: Packet, failure: PacketFailed) -> None:
    packet.state = PacketState.FAILED
    packet.progress = ""
    packet.failure = {"code": failure.code, "en": failure.detail.en, "zh": failure.detail.zh}
    packet.save(update_fields=["state", "progress", "failure"])
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
