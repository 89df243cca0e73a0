"""What staff do with a document besides deciding on it: take a decision back, file it elsewhere, link it to its
original, use it again."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.choices import Choices
from cases.admin.links import case_url
from cases.models import Case, ChecklistItem
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.selectors import hand_in_of, visible_case
from cases.services.locking import item_of
from documents.admin.forms import OriginalChoiceForm, RefileForm, ReuseForm
from documents.models import Document, DocumentState, MadeFor, Review
from documents.selectors import may_open, visible_document
from documents.services.linking import link_document, originals_for
from documents.services.refiling import refile_document
from documents.services.reusing import reusable_documents, reuse_document
from documents.services.reviewing import may_take_back, take_back_decision
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Invalid
from relo.core.languages import in_language
from relo.desk.acting import act, refusals_are_answers
from relo.desk.requests import staff_who_may
from relo.desk.wording import day_in_words


class ChainActs:
    def chain_acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:document_id>/take-back/", "take_back", self.take_back),
            ("<uuid:document_id>/refile/", "refile", self.refile),
            ("<uuid:document_id>/original/", "original", self.original),
            ("reuse/<uuid:case_id>/<slug:code>/", "reuse", self.reuse),
        ]

    @refusals_are_answers
    def take_back(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.REVIEW_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return act(
            request,
            lambda: take_back_decision(document_id=document_id, actor=actor),
            done=_("The decision was taken back. The document waits to be checked."),
            back_to=_page_of(visible_document(document_id, actor)),
        )

    @refusals_are_answers
    def refile(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.REVIEW_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        document = visible_document(document_id, actor)
        code, sha256 = request.POST.get("code", ""), request.POST.get("sha256", "")
        return act(
            request,
            lambda: self._refile(document_id, code, sha256, actor),
            done=_("Moved. It waits to be checked there."),
            back_to=case_url(document.case),  # the page of the document may be out of sight now
        )

    def _refile(self, document_id: UUID, code: str, sha256: str, actor: Actor) -> None:
        if not code:
            raise Invalid("item_missing", _("Choose the requirement that it belongs to."))
        refile_document(document_id=document_id, code=code, sha256=sha256, actor=actor)

    @refusals_are_answers
    def original(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.REVIEW_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        document = visible_document(document_id, actor)
        original_id = _id(request.POST.get("original", ""))
        return act(
            request,
            lambda: link_document(document_id=document_id, original_id=original_id, actor=actor),
            done=_("Noted."),
            back_to=_page_of(document),
        )

    @refusals_are_answers
    def reuse(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.UPLOAD_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        item_of(case, code)
        document_id = _id(request.POST.get("document", "")) or UUID(int=0)  # nothing chosen is no document
        return act(
            request,
            lambda: reuse_document(document_id=document_id, case_id=case_id, code=code, actor=actor),
            done=_("Used again. It now waits to be checked."),
            back_to=case_url(case, f"item-{code}"),
        )


def chain_context(document: Document, review: Review | None, case: Case, pack: Pack, actor: Actor) -> dict[str, Any]:
    """For admin/documents/document/chain.html and the other parts of the page of a document."""
    may_review = actor.may(Permission.REVIEW_DOCUMENTS) and case.closed_at is None
    is_waiting = document.state == DocumentState.READY
    originals = original_choices(case, document.item.code, actor) if may_review else []
    return {
        "four_eyes": pack.requirement(document.item.code).four_eyes,
        "is_seconding": is_waiting and review is not None,
        "may_take_back": review is not None and may_review and may_take_back(document, review, actor),
        "chain": _chain(document, case, pack, actor),
        "refiled_from": in_language(pack.requirement(document.refiled_from).name) if document.refiled_from else "",
        "original_choice_form": OriginalChoiceForm(originals=originals, initial={"original": document.original_id})
        if originals
        else None,
        "refile_form": RefileForm(codes=_other_items(document, case, pack), initial={"sha256": document.sha256})
        if may_review and is_waiting
        else None,
    }


def original_choices(case: Case, code: str, actor: Actor) -> Choices:
    pack = pack_of_case(case)
    return [(str(one.pk), _named(one, pack)) for one, _step in originals_for(case, code, actor)]


def reuse_form(case: Case, code: str, actor: Actor) -> ReuseForm | None:
    offered: Choices = [
        (
            str(one.pk),
            _("%(file)s – sent for: %(name)s, %(reference)s, %(day)s")
            % {
                "file": one.file_name,
                "name": in_language(pack_of_case(one.case).requirement(one.item.code).name),
                "reference": one.case.reference,
                "day": day_in_words(one.uploaded_at),
            },
        )
        for one in reusable_documents(case, code, actor)
    ]
    return ReuseForm(offered=offered) if offered else None


def decided_sentence(request: HttpRequest, sentence: str, document: Document) -> str:
    """With the button that takes the decision back, as long as one may."""
    context = {"sentence": sentence, "document": document}
    return render_to_string("admin/documents/document/decided.html", context, request)


def _chain(document: Document, case: Case, pack: Pack, actor: Actor) -> list[dict[str, str]]:
    """Its original, what was made of it, and what it was used for again or taken from."""
    related = Q(made_of_it=document) | Q(original=document) | Q(copies=document) | Q(copied_from=document)
    lines = []
    for one in Document.objects.filter(related).select_related("item", "case__route_version").distinct():
        if one.case_id == case.pk:
            one.case = case
        if one.pk == document.original_id:
            what = _("Made of it: %(step)s of") % {"step": document.get_made_for_display()}
        elif one.original_id == document.pk:
            what = str(MadeFor(one.made_for).label)
        elif one.pk == document.copied_from_id:
            what = _("Sent before as")
        else:
            what = _("Used again as")
        named = _named(one, pack_of_case(one.case))
        if one.case_id != case.pk:
            named = f"{named}, {one.case.reference}"
        lines.append({"what": what, "name": named, "url": _page_of(one) if may_open(one, actor) else ""})
    return lines


def _other_items(document: Document, case: Case, pack: Pack) -> Choices:
    on = hand_in_of(case, pack).on
    items = ChecklistItem.objects.filter(case=case, kind="document").exclude(pk=document.item_id)
    return [(one.code, in_language(pack.requirement(one.code).name)) for one in items if one.takes_documents(on)]


def _named(document: Document, pack: Pack) -> str:
    name = in_language(pack.requirement(document.item.code).name)
    return _("%(name)s, version %(number)s") % {"name": name, "number": document.version}


def _page_of(document: Document) -> str:
    return reverse("admin:documents_document_change", args=[document.pk])


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
