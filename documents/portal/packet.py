"""The packet as the candidate sees it: a marked copy, what is in it, and their answer."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from cases.packs import pack_of_case
from cases.portal.views import CaseView
from cases.selectors import visible_case
from documents import serving
from documents.models import Packet, PacketState
from documents.services.handing_out import hand_out_packet_copy
from documents.services.packet_answers import NOTE_LENGTH, answer_packet, packet_for_candidate
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.portal.views import CandidateRequest, SeeOther


class AnswerForm(forms.Form):
    number = forms.IntegerField(min_value=1, max_value=1_000_000)
    answer = forms.ChoiceField(choices=[("approve", ""), ("error", "")])
    confirmed = forms.BooleanField(required=False)
    note = forms.CharField(required=False, max_length=NOTE_LENGTH)


class PacketView(CaseView):
    def get(self, request: CandidateRequest, case_id: UUID) -> HttpResponse:
        return self.packet_page(request, case_id)

    def post(self, request: CandidateRequest, case_id: UUID) -> HttpResponse:
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.packet_page(request, case_id, status=422)
        given = form.cleaned_data
        try:
            answer_packet(
                case_id=case_id,
                number=given["number"],
                approved=given["answer"] == "approve",
                confirmed=given["confirmed"],
                note=given["note"],
                actor=request.actor,
            )
        except (NotFound, NotPermitted):
            raise
        except ReloError as refusal:
            return self.packet_page(request, case_id, refusal, status=refusal.status, note=given["note"])
        return SeeOther(reverse("portal:packet", args=[case_id]))

    def packet_page(
        self,
        request: CandidateRequest,
        case_id: UUID,
        refusal: ReloError | None = None,
        status: int = 200,
        note: str = "",
    ) -> HttpResponse:
        packet = packet_for_candidate(case_id=case_id, actor=request.actor)
        context = {
            "case": visible_case(case_id, request.actor),
            "packet": packet,
            "parts": _parts(packet) if packet else [],
            "may_answer": packet is not None
            and packet.state == PacketState.READY
            and bool(packet.copy_key)
            and packet.answer != "approved"
            and packet.case.closed_at is None,
            "is_replaced": packet is not None and packet.state == PacketState.SUPERSEDED,
            "refusal": refusal.detail if refusal else "",
            "note": note,
        }
        return self.page(request, "portal/packet.html", context, status=status)


class PacketCopyView(CaseView):
    def get(self, request: CandidateRequest, case_id: UUID) -> HttpResponseBase:
        packet = packet_for_candidate(case_id=case_id, actor=request.actor)
        if packet is None:
            raise NotFound("not_found", "")
        return serving.packet_copy(hand_out_packet_copy(packet=packet, actor=request.actor))


def _parts(packet: Packet) -> list[dict[str, Any]]:
    names = {requirement.code: requirement.name for requirement in pack_of_case(packet.case).requirements}
    return [
        {
            **part,
            "name": in_language(names[part["requirement"]]) if part["requirement"] in names else part["requirement"],
        }
        for part in (packet.manifest or {}).get("parts", [])
    ]
