"""A document and a packet as lines of a page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.routes.schema import Pack
from documents.models import Answer, Document, DocumentState, Packet, PacketState, PacketVolume
from documents.models.packet import WITH_FILE
from documents.selectors import may_open, may_open_packet
from documents.services.packet_inputs import is_current
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.languages import in_language

TONES = {
    DocumentState.CHECKING: "wait",
    DocumentState.REFUSED: "stop",
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
    PacketState.HANDED_IN: "done",
    PacketState.SUPERSEDED: "quiet",
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
    may_show: bool
    may_hand_in: bool
    handed_in_by: str
    warnings: list[str]
    volumes: list[PacketVolume]


def shown_packet(packet: Packet, actor: Actor, names: dict[str, str]) -> ShownPacket:
    state = PacketState(packet.state)
    is_open = may_open_packet(packet, actor)
    has_file = state in WITH_FILE and is_open
    is_outdated = state is PacketState.READY and not is_current(packet)
    is_live = is_open and packet.case.closed_at is None
    is_ready = is_live and state is PacketState.READY and not is_outdated
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
        may_seal=is_ready and actor.may(Permission.SEAL_PACKETS),
        may_show=is_ready and not packet.asked_at and actor.may(Permission.BUILD_PACKETS),
        may_hand_in=is_live and state is PacketState.SEALED and actor.may(Permission.SEAL_PACKETS),
        handed_in_by=names.get(packet.handed_in_by, ""),
        warnings=[in_language(_Cure(row["en"], row["zh"])) for row in packet.warnings] if is_open else [],
        volumes=list(packet.volumes.order_by("number")) if has_file and packet.is_split else [],
    )


def _says(packet: Packet, state: PacketState) -> str:
    """What is going on, and for a failure what to do about it."""
    match state:
        case PacketState.REQUESTED:
            return _("It waits for a worker. Reload the page in a moment.")
        case PacketState.BUILDING:
            step = packet.get_progress_display()
            if step:
                return _("It is being built: %(step)s. Reload the page in a moment.") % {"step": step}
            return _("It is being built. Reload the page in a moment.")
        case PacketState.FAILED:
            return _cure(packet)
        case PacketState.READY if packet.answer == Answer.ERROR:
            return _("Mend what is wrong and build a new one, or say why this one is right and seal it.")
        case PacketState.READY:
            return _("Download it, look at every page, then seal it.")
        case PacketState.SEALED:
            return _("Sealed: it no longer changes. A later packet gets a new number.")
        case PacketState.HANDED_IN:
            return _("Handed in: it stays as it was.")
        case PacketState.SUPERSEDED:
            return _("A later packet took its place.")


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
