"""A built packet after it is built: the candidate looks at a copy and answers; staff note where it was handed in."""

import os
import tempfile
from datetime import date
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case
from cases.selectors import visible_case
from cases.services.locking import lock_case, name_of
from cases.services.telling import queue_packet_mail
from documents.models import Answer, Packet, PacketState
from documents.packets.builder import run_copy
from documents.packets.workspace import packet_workspace
from documents.selectors import visible_packet
from documents.services.handing_out import hand_out_for_copy
from documents.services.packet_inputs import is_current
from relo.accounts.roles import Permission
from relo.core import clock, storage
from relo.core.actors import Actor, ActorKind, system_actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.outbox.service import put

NOTE_LENGTH = 2000
COPY_HANDLER = "documents.copy_packet"


def make_copy(*, packet_id: str) -> None:
    """Outbox handler: the pages of a packet with a word across each, to be looked at and not to be handed in."""
    packet = Packet.objects.get(pk=packet_id)
    if packet.copy_key or packet.asked_at is None:
        return
    keys = hand_out_for_copy(packet=packet, actor=system_actor("packets", packet.agency_id))
    with packet_workspace(Path(tempfile.gettempdir()) / f"relo-packets-{os.getuid()}") as folder:
        sources, target = [folder / f"volume-{number}.pdf" for number in range(len(keys))], folder / "copy.pdf"
        for key, source in zip(keys, sources, strict=True):
            with source.open("wb") as file:
                for piece in storage.chunks(key):
                    file.write(piece)
        run_copy(sources, target, folder)
        with target.open("rb") as made:
            blob = storage.put(made)
        size = target.stat().st_size
    with transaction.atomic():
        queue_packet_mail(case_id=packet.case_id, packet=packet_id)  # takes the case first, as everywhere
        row = Packet.objects.select_for_update().get(pk=packet_id)
        if row.copy_key:
            transaction.on_commit(lambda: storage.delete(blob.key))
            return
        row.copy_key, row.copy_size = blob.key, size
        row.save(update_fields=["copy_key", "copy_size"])


@transaction.atomic
def ask_candidate(*, packet_id: UUID, actor: Actor) -> Packet:
    """Show the packet to the candidate in the portal, to be approved."""
    actor.require(Permission.BUILD_PACKETS)
    packet, case = _locked(packet_id, actor)
    if packet.state != PacketState.READY:
        raise Conflict("packet_not_ready", _("Only a packet that is ready is shown to the candidate."))
    if not is_current(packet):
        raise Conflict("packet_out_of_date", _("Documents or details changed since it was built. Build a new packet."))
    if packet.asked_at is None:
        packet.asked_at = clock.now()
        packet.save(update_fields=["asked_at"])
        record(case=case, kind="packet.shown", actor=actor, packet=str(packet.pk))
        put(handler=COPY_HANDLER, key=f"packet:{packet.pk}", payload={"packet_id": str(packet.pk)})
    return packet


def packet_for_candidate(*, case_id: UUID, actor: Actor) -> Packet | None:
    """The one they were asked about last, if any."""
    if actor.kind is not ActorKind.CANDIDATE:
        raise NotPermitted("not_permitted", _("Only the candidate answers here."))
    case = visible_case(case_id, actor)
    packet = Packet.objects.filter(case=case, asked_at__isnull=False).order_by("-number").first()
    if packet is not None:
        packet.case = case
    return packet


@transaction.atomic
def answer_packet(
    *, case_id: UUID, number: int, approved: bool, actor: Actor, note: str = "", confirmed: bool = False
) -> Packet:
    """The candidate's answer to what they saw: that names and dates are right, or what is wrong."""
    known = packet_for_candidate(case_id=case_id, actor=actor)
    if known is None or known.number != number:
        raise NotFound("not_found", _("There is no such packet."))
    case = lock_case(case_id, actor)
    packet = Packet.objects.get(pk=known.pk)
    packet.case = case
    if packet.state != PacketState.READY or packet.answer == Answer.APPROVED or not packet.copy_key:
        raise Conflict("packet_answered", _("This was answered already, or a newer packet replaced it."))
    if approved and not is_current(packet):
        raise Conflict("packet_out_of_date", _("Something changed since this was built. You will be shown a new one."))
    note = note.strip()
    if approved and not confirmed:
        message = _("Tick that names and dates are right, or tell us what is wrong.")
        raise Invalid("not_confirmed", message, errors={"confirmed": message})
    if not approved and not 1 <= len(note) <= NOTE_LENGTH:
        message = _("Say what is wrong, in up to %(most)s characters.") % {"most": NOTE_LENGTH}
        raise Invalid("note_missing", message, errors={"note": message})
    packet.answer = Answer.APPROVED if approved else Answer.ERROR
    packet.answer_note, packet.answered_at = "" if approved else note, clock.now()
    packet.save(update_fields=["answer", "answer_note", "answered_at"])
    kind = "packet.approved" if approved else "packet.error_reported"
    record(case=case, kind=kind, actor=actor, packet=str(packet.pk))
    return packet


@transaction.atomic
def hand_in_packet(*, packet_id: UUID, on: date, where: str, actor: Actor, receipt: str = "") -> Packet:
    """Note that a sealed packet was handed in: when, where, under which receipt."""
    actor.require(Permission.SEAL_PACKETS)
    packet, case = _locked(packet_id, actor)
    if packet.state != PacketState.SEALED:
        raise Conflict("packet_not_sealed", _("Only a sealed packet is handed in. Seal it first."))
    errors = {}
    if packet.sealed_at is not None and on < packet.sealed_at.astimezone(ZoneInfo(case.agency.time_zone)).date():
        errors["on"] = _("It was sealed later than that.")
    elif on > clock.today(case.agency.time_zone):
        errors["on"] = _("That day lies in the future. Note it once the packet is handed in.")
    if not where.strip():
        errors["where"] = _("Say where it was handed in.")
    if errors:
        raise Invalid("hand_in_invalid", " ".join(errors.values()), errors=errors)
    packet.state, packet.handed_in_on, packet.handed_in_by = PacketState.HANDED_IN, on, name_of(actor)
    packet.handed_in_where, packet.receipt = where.strip()[:200], receipt.strip()[:80]
    packet.save(update_fields=["state", "handed_in_on", "handed_in_by", "handed_in_where", "receipt"])
    record(case=case, kind="packet.handed_in", actor=actor, packet=str(packet.pk))
    return packet


def _locked(packet_id: UUID, actor: Actor) -> tuple[Packet, Case]:
    known = visible_packet(packet_id, actor)
    case = lock_case(known.case_id, actor)
    packet = Packet.objects.get(pk=packet_id)
    packet.case = case
    return packet, case
