"""Pages around a packet: choosing what goes in, what the preflight says, showing it, noting where it was handed in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.links import case_url
from cases.selectors import visible_case
from documents.admin.packet_forms import ChoiceForm, HandedInForm, LimitsForm
from documents.models import PacketChoice
from documents.packets.errors import Blocker
from documents.packets.inputs import PacketInputs
from documents.selectors import visible_packet
from documents.services.packet_answers import ask_candidate, hand_in_packet
from documents.services.packet_choices import choices_digest, choose_all_for_packet
from documents.services.packet_inputs import preflight
from documents.services.papers import PAPERS, print_paper
from relo.accounts.roles import Permission
from relo.core.errors import NotFound
from relo.core.languages import in_language
from relo.desk.acting import act, act_from_form, done, refusals_are_answers
from relo.desk.requests import staff_who_may


@dataclass(frozen=True, slots=True)
class Row:
    """One document that could go into the packet; `number` is its exhibit, empty where it stays out."""

    name: str
    file_name: str
    number: str
    url: str
    form: ChoiceForm


@dataclass(frozen=True, slots=True)
class Found:
    says: str
    url: str


class PacketBuilderPages:
    """Mixed into the admin of packets."""

    page: Any

    def builder_acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("builder/<uuid:case_id>/", "builder", self.builder),
            ("<uuid:packet_id>/show/", "show", self.show),
            ("<uuid:packet_id>/handed-in/", "handed_in", self.handed_in),
            ("paper/<uuid:case_id>/<slug:paper>/", "paper", self.paper),
        ]

    @refusals_are_answers
    def builder(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.BUILD_PACKETS)
        case = visible_case(case_id, actor)
        looked, whole = preflight(case), None
        rows = _rows(looked.inputs, request.POST if request.method == "POST" else None)
        if request.method == "POST" and all(row.form.is_valid() for row in rows):
            whole = forms.Form()
            whole.cleaned_data = {}
            shown = [row.form for row in rows if f"{row.form.prefix}-position" in request.POST]

            def save() -> None:
                choose_all_for_packet(
                    case_id=case_id,
                    choices={UUID(form.prefix): form.cleaned_data for form in shown},
                    shown=request.POST.get("shown", ""),
                    actor=actor,
                )

            if act_from_form(request, whole, save):
                here = reverse("admin:documents_packet_builder", args=[case.pk])
                return done(request, _("Saved. The next packet is made like this."), here)
        context = self.page(
            request,
            title=_("Packet of %(reference)s") % {"reference": case.reference},
            case=case,
            rows=rows,
            shown=choices_digest(case),
            form=whole,
            stops=_found(looked.stops),
            warnings=_found(looked.warnings),
            limits=LimitsForm(),
            papers=[(code, in_language(paper.name)) for code, paper in PAPERS.items()],
            back=case_url(case, "packets"),
        )
        status = 422 if any(row.form.errors for row in rows) else 200
        return render(request, "admin/documents/packet/builder.html", context, status=status)

    @refusals_are_answers
    def show(self, request: HttpRequest, packet_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.BUILD_PACKETS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        packet = visible_packet(packet_id, actor)
        return act(
            request,
            lambda: ask_candidate(packet_id=packet_id, actor=actor),
            done=_("The candidate is told by e-mail, sees a marked copy in the portal and can approve it."),
            back_to=reverse("admin:documents_packet_change", args=[packet.pk]),
        )

    @refusals_are_answers
    def handed_in(self, request: HttpRequest, packet_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.SEAL_PACKETS)
        packet = visible_packet(packet_id, actor)
        form = HandedInForm(request.POST if request.method == "POST" else None)
        back = reverse("admin:documents_packet_change", args=[packet.pk])
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            if act_from_form(request, form, lambda: hand_in_packet(packet_id=packet_id, actor=actor, **given)):
                return done(request, _("Packet %(number)s is handed in.") % {"number": packet.number}, back)
        context = self.page(
            request,
            title=_("Handed in: packet %(number)s of %(reference)s")
            % {"number": packet.number, "reference": packet.case.reference},
            case=packet.case,
            packet=packet,
            form=form,
            back=back,
        )
        return render(request, "admin/documents/packet/handed_in.html", context, status=422 if form.errors else 200)

    @refusals_are_answers
    def paper(self, request: HttpRequest, case_id: UUID, paper: str) -> Any:
        actor = staff_who_may(request, Permission.BUILD_PACKETS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        if paper not in PAPERS:
            raise NotFound("not_found", _("There is no such paper."))
        made: dict[str, bytes] = {}
        refused = act(
            request,
            lambda: made.update(pdf=print_paper(case_id=case_id, code=paper, actor=actor)),
            done="",
            back_to=reverse("admin:documents_packet_builder", args=[case.pk]),
        )
        if not made:
            return refused
        name = f"{case.reference}-{paper}.pdf"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return HttpResponse(made["pdf"], content_type="application/pdf", headers=headers)


def _rows(inputs: PacketInputs, posted: Any) -> list[Row]:
    shown = [(d.document_id, d.requirement_name, d.file_name) for d in inputs.documents]
    numbers = {document_id: str(number) for number, (document_id, _name, _file) in enumerate(shown, start=1)}
    shown += [(left.document_id, left.requirement_name, left.file_name) for left in inputs.left_out]
    shown += [(waits.document_id, waits.requirement_name, waits.file_name) for waits in inputs.unready]
    choices = {str(c.document_id): c for c in PacketChoice.objects.filter(document__in=[one[0] for one in shown])}
    rows = []
    for document_id, name, file_name in shown:
        choice = choices.get(document_id)
        initial = {
            "position": choice.position if choice else None,
            "left_out_reason": choice.left_out_reason if choice else "",
            "printed_name": choice.printed_name if choice else "",
        }
        form = ChoiceForm(posted, prefix=document_id, initial=initial)
        url = reverse("admin:documents_document_change", args=[document_id])
        rows.append(Row(in_language(name), file_name, numbers.get(document_id, ""), url, form))
    return rows


def _found(blockers: tuple[Blocker, ...]) -> list[Found]:
    """Each with a link to the document it is about."""
    return [
        Found(
            in_language(blocker.cure),
            reverse("admin:documents_document_change", args=[blocker.document_id]) if blocker.document_id else "",
        )
        for blocker in blockers
    ]
