"""What about documents and packets needs attention."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.packs import pack_of_case
from documents.admin.showing import PACKET_TONES
from documents.attention import documents_waiting, packets_waiting
from documents.models import PacketState
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.languages import in_language
from relo.desk.panels import ROWS, Panel, PanelRow


def documents_to_review(actor: Actor) -> Panel | None:
    if not actor.may(Permission.REVIEW_DOCUMENTS):
        return None
    waiting = (
        documents_waiting(actor)
        .select_related("case__candidate", "case__route_version", "item")
        .defer("case__route_version__content")
    )
    rows = []
    for document in waiting.order_by("uploaded_at", "id")[:ROWS]:
        name = in_language(pack_of_case(document.case).requirement(document.item.code).name)
        days = (clock.now() - document.uploaded_at).days
        waited = (
            ngettext("waiting for %(count)s day", "waiting for %(count)s days", days) % {"count": days} if days else ""
        )
        who = f"{document.case.reference} · {document.case.candidate.name}"
        url = reverse("admin:documents_document_change", args=[document.pk])
        rows.append(PanelRow(title=name, url=url, detail=f"{who} · {waited}" if waited else who))
    return Panel(
        title=_("Documents to check"),
        empty=_("No document waits to be checked."),
        rows=rows,
        more_url=reverse("admin:documents_document_changelist"),
        more=_("All documents to check"),
    )


def packets_to_act_on(actor: Actor) -> Panel | None:
    """Built and not yet sealed, or failed: somebody has to look."""
    if not actor.may(Permission.BUILD_PACKETS):
        return None
    packets = (
        packets_waiting(actor)
        .select_related("case__candidate")
        .defer("inputs", "manifest")
        .order_by("-requested_at", "-id")
    )
    return Panel(
        title=_("Packets"),
        empty=_("No packet waits for you."),
        rows=[
            PanelRow(
                title=_("Packet %(number)s of %(reference)s")
                % {"number": packet.number, "reference": packet.case.reference},
                url=reverse("admin:documents_packet_change", args=[packet.pk]),
                detail=packet.case.candidate.name,
                badge=str(packet.get_state_display()),
                tone=PACKET_TONES[PacketState(packet.state)],
            )
            for packet in packets[:ROWS]
        ],
    )
