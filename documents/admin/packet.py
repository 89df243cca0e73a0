from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.links import case_url
from cases.packs import pack_of_case
from cases.selectors import visible_case
from documents import serving
from documents.admin.filters import PacketStateFilter
from documents.admin.packet_builder import PacketBuilderPages
from documents.admin.packet_forms import LimitsForm
from documents.admin.showing import PACKET_TONES, shown_packet
from documents.models import Packet, PacketState, PacketVolume, Purpose
from documents.packets.manifest import dump_manifest
from documents.selectors import may_open_packet, packets_visible_to, visible_packet
from documents.services.handing_out import hand_out_packet, hand_out_volume
from documents.services.packets import request_packet, seal_packet
from relo.accounts.roles import Permission
from relo.core.errors import Conflict, Invalid
from relo.core.languages import in_language
from relo.desk.acting import act, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.people import names_of
from relo.desk.requests import staff, staff_who_may
from relo.desk.wording import day_in_words


@admin.register(Packet)
class PacketAdmin(PacketBuilderPages, AgencyAdmin[Packet]):
    view_permission = Permission.VIEW_PACKETS
    place: ClassVar[int | None] = 4
    detail_template = "admin/documents/packet/packet.html"

    list_display = ("of_case", "person", "number", "status", "pages", "requested_on")
    list_display_links = ("number",)
    list_filter = (PacketStateFilter,)
    list_select_related = ("case__candidate",)
    ordering = ("-requested_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Packet]:
        return packets_visible_to(staff(request)).defer("inputs", "manifest")

    def acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("request/<uuid:case_id>/", "request", self.request_packet),
            ("<uuid:packet_id>/seal/", "seal", self.seal),
            ("<uuid:packet_id>/content/", "content", self.content),
            ("<uuid:packet_id>/manifest/", "manifest", self.manifest),
            *self.builder_acts(),
        ]

    @admin.display(description=gettext_lazy("case"))
    def of_case(self, packet: Packet) -> str:
        return format_html('<a href="{}">{}</a>', case_url(packet.case, "packets"), packet.case.reference)

    @admin.display(description=gettext_lazy("candidate"))
    def person(self, packet: Packet) -> str:
        return packet.case.candidate.name

    @admin.display(description=gettext_lazy("state"))
    def status(self, packet: Packet) -> str:
        tone = PACKET_TONES[PacketState(packet.state)]
        return format_html('<span class="badge tone-{}">{}</span>', tone, packet.get_state_display())

    @admin.display(description=gettext_lazy("requested"), ordering="requested_at")
    def requested_on(self, packet: Packet) -> str:
        return day_in_words(packet.requested_at)

    def detail(self, request: HttpRequest, row: Packet) -> dict[str, Any]:
        names, is_open = (
            names_of([row.requested_by, row.sealed_by, row.handed_in_by]),
            may_open_packet(row, staff(request)),
        )
        return {
            "title": _("Packet %(number)s of %(reference)s") % {"number": row.number, "reference": row.case.reference},
            "shown": shown_packet(row, staff(request), names),
            "packet": row,
            "case": row.case,
            "is_open": is_open,
            "parts": _parts(row) if is_open else [],
        }

    @refusals_are_answers
    def request_packet(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.BUILD_PACKETS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        limits = LimitsForm(request.POST)

        def service() -> None:
            if not limits.is_valid():  # each field says its bounds
                words = (f"{limits[name].label}: {error}" for name, said in limits.errors.items() for error in said)
                raise Invalid("limits_invalid", " ".join(words))
            request_packet(case_id=case_id, actor=actor, **limits.said())

        return act(
            request,
            service,
            done=_("The packet is requested. It is built in the background."),
            back_to=case_url(case, "packets"),
        )

    @refusals_are_answers
    def seal(self, request: HttpRequest, packet_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.SEAL_PACKETS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        packet = visible_packet(packet_id, actor)
        return act(
            request,
            lambda: seal_packet(packet_id=packet_id, actor=actor, reason=request.POST.get("reason", "")),
            done=_("Packet %(number)s is sealed.") % {"number": packet.number},
            back_to=case_url(packet.case, "packets"),
        )

    @refusals_are_answers
    def content(self, request: HttpRequest, packet_id: UUID) -> Any:
        if (part := serving.part_asked(request.GET)) > 1:
            return serving.volume_pdf(self._volume(request, packet_id, part, Permission.DOWNLOAD_FILES))
        return serving.packet_pdf(self._handed_out(request, packet_id, Permission.DOWNLOAD_FILES))

    @refusals_are_answers
    def manifest(self, request: HttpRequest, packet_id: UUID) -> HttpResponse:
        if (part := serving.part_asked(request.GET)) > 1:
            volume = self._volume(request, packet_id, part, Permission.VIEW_PACKETS)
            return _manifest(volume.manifest, f"{volume.packet.case.reference}-packet-{volume.packet.number}-{part}")
        packet = self._handed_out(request, packet_id, Permission.VIEW_PACKETS)
        return _manifest(packet.manifest or {}, f"{packet.case.reference}-packet-{packet.number}")

    def _volume(self, request: HttpRequest, packet_id: UUID, number: int, permission: Permission) -> PacketVolume:
        actor = staff_who_may(request, permission)
        return hand_out_volume(packet_id=packet_id, number=number, actor=actor, purpose=Purpose.DOWNLOAD)

    def _handed_out(self, request: HttpRequest, packet_id: UUID, permission: Permission) -> Packet:
        actor = staff_who_may(request, permission)
        try:
            return hand_out_packet(packet_id=packet_id, actor=actor, purpose=Purpose.DOWNLOAD)
        except Conflict:  # not built yet: no page links to it
            raise Http404 from None


def _manifest(manifest: dict[str, Any], name: str) -> HttpResponse:
    response = HttpResponse(dump_manifest(manifest), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _parts(packet: Packet) -> list[dict[str, Any]]:
    """What the manifest lists, by the names of the route."""
    names = {requirement.code: requirement.name for requirement in pack_of_case(packet.case).requirements}
    return [
        {
            **part,
            "name": in_language(names[part["requirement"]]) if part["requirement"] in names else part["requirement"],
            "accepted": day_in_words(date.fromisoformat(part["accepted_on"])),
        }
        for part in (packet.manifest or {}).get("parts", [])
    ]
