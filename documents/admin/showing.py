"""A document and a packet as lines of a page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.routes.schema import Pack
from documents.models import Document, DocumentState, Packet, PacketState
from documents.selectors import may_open, may_open_packet
from documents.services.packet_inputs import is_current
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.languages import in_language

TONES = {
    DocumentState.READY: "act",
    DocumentState.ACCEPTED: "done",
    DocumentState.CHANGES_REQUESTED: "wait",
    DocumentState.SUPERSEDED: "quiet",
}
PACKET_TONES = {
    PacketState.REQUESTED: "wait",
    PacketState.BUILDING: "wait",
    PacketState.READY: "act",
    PacketState.FAILED: "stop",
    PacketState.SEALED: "done",
}


@dataclass(frozen=True, slots=True)
class ShownDocument:
    document: Document
    name: str
    url: str
    tone: str
    uploaded_by: str


def shown_document(document: Document, pack: Pack, names: dict[str, str], actor: Actor) -> ShownDocument:
    """`url` is empty where the actor may know of the document and not open it."""
    return ShownDocument(
        document=document,
        name=in_language(pack.requirement(document.item.code).name),
        url=reverse("admin:documents_document_change", args=[document.pk]) if may_open(document, actor) else "",
        tone=TONES[DocumentState(document.state)],
        uploaded_by=names.get(document.uploaded_by, ""),
    )


@dataclass(frozen=True, slots=True)
class ShownPacket:
    packet: Packet
    url: str
    tone: str
    label: str
    says: str
    requested_by: str
    sealed_by: str
    is_restricted: bool  # for the reader
    has_file: bool
    may_seal: bool


def shown_packet(packet: Packet, actor: Actor, names: dict[str, str]) -> ShownPacket:
    state = PacketState(packet.state)
    is_open = may_open_packet(packet, actor)
    has_file = state in (PacketState.READY, PacketState.SEALED) and is_open
    is_outdated = state is PacketState.READY and not is_current(packet)
    may_seal = (
        is_open and state is PacketState.READY and packet.case.closed_at is None and actor.may(Permission.SEAL_PACKETS)
    )
    return ShownPacket(
        packet=packet,
        url=reverse("admin:documents_packet_change", args=[packet.pk]),
        tone="quiet" if is_outdated else PACKET_TONES[state],
        label=_("Out of date") if is_outdated else str(packet.get_state_display()),
        says=_hidden_failure()
        if state is PacketState.FAILED and not is_open
        else _("Documents or details changed since it was built. Build a new packet.")
        if is_outdated
        else _says(packet, state),
        requested_by=names.get(packet.requested_by, ""),
        sealed_by=names.get(packet.sealed_by, ""),
        is_restricted=not is_open,
        has_file=has_file,
        may_seal=may_seal and not is_outdated,
    )


def _says(packet: Packet, state: PacketState) -> str:
    """What is going on, and for a failure what to do about it."""
    match state:
        case PacketState.REQUESTED:
            return _("It waits for a worker. Reload the page in a moment.")
        case PacketState.BUILDING:
            return _("It is being built. Reload the page in a moment.")
        case PacketState.FAILED:
            return _cure(packet)
        case PacketState.READY:
            return _("Download it, look at every page, then seal it.")
        case PacketState.SEALED:
            return _("Sealed: it no longer changes. A later packet gets a new number.")


def _hidden_failure() -> str:
    """The cure names files."""
    return _("It could not be built. Ask a case manager to look at it.")


def _cure(packet: Packet) -> str:
    failure = packet.failure or {}
    if failure.get("en") and failure.get("zh"):
        return in_language(_Cure(str(failure["en"]), str(failure["zh"])))
    return _("It could not be built. Request it again; if that fails too, tell whoever runs this installation.")


@dataclass(frozen=True, slots=True)
class _Cure:
    en: str
    zh: str
