"""What documents add to the page of a case: review and upload links, the files, the packets."""

from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.links import Link, case_url
from cases.admin.parts import CasePart, Section
from cases.models import Case, ChecklistItem
from cases.routes.schema import Pack
from documents.admin.access_lines import access_lines
from documents.admin.showing import shown_document, shown_packet
from documents.models import Document, DocumentState, Packet
from documents.selectors import accesses_visible_to, live_documents, may_open
from relo.accounts.roles import Permission
from relo.core.languages import in_language
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff

ACCESSES = 30


def review_url(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.pk])


def upload_url(case: Case, code: str) -> str:
    return reverse("admin:documents_document_upload", args=[case.pk, code])


class DocumentsPart(CasePart):
    def item_links(
        self, request: HttpRequest, case: Case, items: Sequence[ChecklistItem], pack: Pack
    ) -> dict[str, list[Link]]:
        actor = staff(request)
        links: dict[str, list[Link]] = {}
        if actor.may(Permission.VIEW_DOCUMENTS):
            for document in [row for row in _with_case(case) if may_open(row, actor)]:
                waits = document.state == DocumentState.READY and actor.may(Permission.REVIEW_DOCUMENTS)
                words = _("Review version %(number)s") if waits else _("Version %(number)s")
                link = Link(words % {"number": document.version}, review_url(document), is_main=waits)
                links.setdefault(document.item.code, []).append(link)
        if actor.may(Permission.UPLOAD_DOCUMENTS) and case.closed_at is None:
            for item in items:
                if item.kind == "document" and not item.is_settled:
                    links.setdefault(item.code, []).append(Link(_("Upload"), upload_url(case, item.code)))
        return links

    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        actor = staff(request)
        common = {"agency": agency_in(request), "case": case}
        if actor.may(Permission.VIEW_DOCUMENTS):
            documents = _with_case(case)
            names = names_of(document.uploaded_by for document in documents)
            shown = [shown_document(document, pack, names, actor) for document in documents]
            body = render_to_string("admin/documents/case_documents.html", {**common, "documents": shown}, request)
            yield Section("documents", _("Documents"), body)
        if actor.may(Permission.VIEW_PACKETS):
            packets = list(Packet.objects.filter(case=case).order_by("-number"))
            for packet in packets:
                packet.case = case  # with its route and agency, which each line needs
            names = names_of(
                ref for packet in packets for ref in (packet.requested_by, packet.sealed_by, packet.handed_in_by)
            )
            is_time = pack.stage_index(case.stage) >= pack.stage_index(pack.packet_from)
            context = {
                **common,
                "packets": [shown_packet(packet, actor, names) for packet in packets],
                "may_request": is_time and actor.may(Permission.BUILD_PACKETS) and case.closed_at is None,
                "from_stage": "" if is_time else in_language(pack.stage(pack.packet_from).name),
            }
            yield Section(
                "packets", _("Packets"), render_to_string("admin/documents/case_packets.html", context, request)
            )
        if actor.may(Permission.VIEW_DOCUMENTS):
            accesses = list(accesses_visible_to(actor).filter(case=case)[: ACCESSES + 1])
            context = {
                **common,
                "lines": access_lines(accesses[:ACCESSES], pack, actor),
                "is_cut": len(accesses) > ACCESSES,
            }
            body = render_to_string("admin/documents/case_accesses.html", context, request)
            yield Section("accesses", _("Who opened what"), body)

    def item_cures(self, request: HttpRequest, case: Case) -> dict[str, Link]:
        """A document that waits is the shortest way to settle its item."""
        actor = staff(request)
        if not actor.may(Permission.VIEW_DOCUMENTS):
            return {}
        ready = [row for row in _with_case(case) if row.state == DocumentState.READY]
        return {
            row.item.code: Link(_("Review it"), review_url(row))
            if may_open(row, actor)
            else Link(_("To the item"), case_url(case, f"item-{row.item.code}"))
            for row in ready
        }


def _with_case(case: Case) -> list[Document]:
    documents = list(live_documents(case).select_related("item"))
    for document in documents:
        document.case = case  # with its route
    return documents
