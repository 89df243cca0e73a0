from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.about import about
from cases.admin.links import case_url
from cases.packs import pack_of_case
from cases.selectors import hand_in_of, visible_case
from cases.services.locking import item_of
from documents import serving
from documents.admin.chain_acts import (
    ChainActs,
    chain_context,
    decided_sentence,
    original_choices,
    reuse_form,
)
from documents.admin.filters import DocumentStateFilter
from documents.admin.forms import AcceptForm, ChangesForm, OriginalForm, UploadForm
from documents.admin.pages_shown import pages_shown
from documents.admin.showing import TONES
from documents.hints import hints_of
from documents.models import Document, DocumentState, Purpose, RenditionKind, Review
from documents.quota import quota_words
from documents.reasons import REASONS
from documents.selectors import documents_visible_to, openable_documents, refuse_restricted, visible_document
from documents.services.handing_out import hand_out_copy, hand_out_original, hand_out_picture
from documents.services.reviewing import accept_document, request_changes
from documents.services.uploading import upload_document
from relo.accounts.roles import Permission
from relo.core.errors import Conflict, NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.core.receiving import refuse_trouble
from relo.desk.acting import act_from_form, done, put_errors, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.people import names_of
from relo.desk.requests import staff, staff_who_may
from relo.desk.wording import day_in_words


@admin.register(Document)
class DocumentAdmin(ChainActs, AgencyAdmin[Document]):
    """What waits to be looked at, and the page to look at it."""

    view_permission = Permission.VIEW_DOCUMENTS
    place: ClassVar[int | None] = 3
    detail_template = "admin/documents/document/review.html"

    list_display = ("what", "of_case", "person", "status", "version", "uploaded_on")
    list_filter = (DocumentStateFilter,)
    list_select_related = ("case__candidate", "case__route_version", "item")
    ordering = ("uploaded_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Work to be done: what this person could not open is not offered."""
        return openable_documents(staff(request)).select_related("case__candidate")

    def known_row(self, request: HttpRequest, object_id: Any) -> Document | None:
        return documents_visible_to(staff(request)).filter(pk=object_id).first()

    def acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:document_id>/accept/", "accept", self.accept),
            ("<uuid:document_id>/request-changes/", "request_changes", self.request_changes),
            ("<uuid:document_id>/content/", "content", self.content),
            ("<uuid:document_id>/copy/", "copy", self.copy),
            ("<uuid:document_id>/pages/<int:page>/", "page", self.picture),
            ("upload/<uuid:case_id>/<slug:code>/", "upload", self.upload),
            *self.chain_acts(),
        ]

    @admin.display(description=gettext_lazy("document"))
    def what(self, document: Document) -> str:
        return in_language(pack_of_case(document.case).requirement(document.item.code).name)

    @admin.display(description=gettext_lazy("case"))
    def of_case(self, document: Document) -> str:
        return format_html('<a href="{}">{}</a>', case_url(document.case), document.case.reference)

    @admin.display(description=gettext_lazy("candidate"))
    def person(self, document: Document) -> str:
        return document.case.candidate.name

    @admin.display(description=gettext_lazy("state"))
    def status(self, document: Document) -> str:
        tone = TONES[DocumentState(document.state)]
        return format_html('<span class="badge tone-{}">{}</span>', tone, document.get_state_display())

    @admin.display(description=gettext_lazy("uploaded"), ordering="uploaded_at")
    def uploaded_on(self, document: Document) -> str:
        return day_in_words(document.uploaded_at)

    def detail(self, request: HttpRequest, row: Document) -> dict[str, Any]:
        refuse_restricted(row, staff(request))
        return self._review(request, row)

    @refusals_are_answers
    def accept(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.REVIEW_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        document = visible_document(document_id, actor)
        pack, case = pack_of_case(document.case), visible_case(document.case_id, actor)
        form = AcceptForm(
            request.POST, requirement=pack.requirement(document.item.code), hand_in=hand_in_of(case, pack)
        )

        def service() -> None:
            accept_document(document_id=document_id, actor=actor, **form.said())
            form.warn(request)

        return self._decided(request, document, form, "accept_form", _("Accepted."), service)

    @refusals_are_answers
    def request_changes(self, request: HttpRequest, document_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.REVIEW_DOCUMENTS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        document, form = visible_document(document_id, actor), ChangesForm(request.POST)
        return self._decided(
            request, document, form, "changes_form", _("Changes were asked for."),
            lambda: request_changes(document_id=document_id, actor=actor, **form.cleaned_data),
        )  # fmt: skip

    @refusals_are_answers
    def content(self, request: HttpRequest, document_id: UUID) -> Any:
        """The original, for a reason that goes into the log."""
        actor = staff_who_may(request, Permission.DOWNLOAD_FILES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        document, form = visible_document(document_id, actor), OriginalForm(request.POST)
        if form.is_valid():
            handed_out = hand_out_original(document_id=document_id, actor=actor, reason=form.cleaned_data["reason"])
            return serving.original_as_filed(handed_out)
        context = self.page(request, **self._review(request, document, original_form=form))
        return render(request, self.detail_template, context, status=422)

    @refusals_are_answers
    def copy(self, request: HttpRequest, document_id: UUID) -> Any:
        actor = staff_who_may(request, Permission.DOWNLOAD_FILES)
        try:
            document, copy = hand_out_copy(document_id=document_id, actor=actor)
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(reverse("admin:documents_document_change", args=[document_id]))
        return serving.working_copy(document, copy)

    @refusals_are_answers
    def picture(self, request: HttpRequest, document_id: UUID, page: int) -> Any:
        """One page, as relo has drawn it."""
        actor = staff_who_may(request, Permission.DOWNLOAD_FILES)
        is_review = (
            actor.may(Permission.REVIEW_DOCUMENTS) and visible_document(document_id, actor).state == DocumentState.READY
        )
        purpose = Purpose.REVIEW if is_review else Purpose.VIEW
        kind = RenditionKind.PREVIEW
        return serving.picture(
            hand_out_picture(document_id=document_id, page=page, kind=kind, actor=actor, purpose=purpose)
        )

    @refusals_are_answers
    def upload(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        """On the candidate's behalf. The same inspection as theirs."""
        actor = staff_who_may(request, Permission.UPLOAD_DOCUMENTS)
        case = visible_case(case_id, actor)
        item, requirement = item_of(case, code), pack_of_case(case).requirement(code)
        posted = request.method == "POST"
        originals = original_choices(case, code, actor)
        form = (
            UploadForm(request.POST, request.FILES, originals=originals) if posted else UploadForm(originals=originals)
        )
        status = 422
        came_whole = posted and act_from_form(request, form, lambda: refuse_trouble(request))
        if came_whole and form.is_valid():
            sent: UploadedFile[bytes] = form.cleaned_data["file"]
            try:
                upload_document(
                    case_id=case_id,
                    code=code,
                    file=sent.file,  # type: ignore[arg-type]
                    file_name=sent.name or "",
                    actor=actor,
                    **form.said(),
                )
            except (NotFound, NotPermitted):
                raise
            except Conflict as refusal:
                messages.error(request, str(refusal.detail))
                return HttpResponseRedirect(case_url(case, f"item-{code}"))
            except ReloError as refusal:
                put_errors(form, refusal)
                status = max(status, refusal.status)  # the storage or the scanner is away: not the sender's fault
            else:
                return done(request, _("Uploaded. It now waits to be checked."), case_url(case, f"item-{code}"))
        context = self.page(
            request,
            title=_("Upload: %(name)s") % {"name": in_language(requirement.name)},
            case=case,
            item=item,
            **about(case, requirement),
            form=form,
            quota=quota_words(case),
            reuse_form=reuse_form(case, code, actor),
            back=case_url(case, f"item-{code}"),
        )
        return render(request, "admin/documents/document/upload.html", context, status=status if form.errors else 200)

    def _decided(
        self, request: HttpRequest, document: Document, form: Any, form_name: str, sentence: str, service: Any
    ) -> HttpResponse:
        """Do it and go back to the case; or the same page with what is wrong; or, decided meanwhile, as it is now."""
        if form.is_valid():
            try:
                service()
            except (NotFound, NotPermitted):
                raise
            except Conflict as refusal:
                messages.error(request, str(refusal.detail))
                return HttpResponseRedirect(request.path.rsplit("/", 2)[0] + "/change/")
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                said = decided_sentence(request, sentence, document)
                return done(request, said, case_url(document.case, f"item-{document.item.code}"))
        context = self.page(request, **self._review(request, document, **{form_name: form}))
        return render(request, self.detail_template, context, status=422)

    def _review(self, request: HttpRequest, document: Document, **forms: Any) -> dict[str, Any]:
        actor = staff(request)
        case = visible_case(document.case_id, actor)
        pack = pack_of_case(case)
        requirement = pack.requirement(document.item.code)
        review = Review.objects.filter(document=document).first()
        bound_to, hand_in = {"sha256": document.sha256}, hand_in_of(case, pack)
        told = {"issued_on": document.issued_on, "expires_on": document.expires_on}
        may_review = actor.may(Permission.REVIEW_DOCUMENTS) and case.closed_at is None
        people = [review.reviewed_by, review.seconded_by] if review else []
        names = names_of([document.uploaded_by, *people])
        return {
            "title": in_language(requirement.name),
            "document": document,
            "case": case,
            **about(case, requirement),
            "hand_in": hand_in,
            "hints": hints_of(document, requirement),
            "compares_passport": requirement.is_passport_page and actor.may(Permission.EDIT_CASES),
            "tone": TONES[DocumentState(document.state)],
            "uploaded_by": names.get(document.uploaded_by, ""),
            "review": review,
            "reviewed_by": names.get(review.reviewed_by, "") if review else "",
            "seconded_by": names.get(review.seconded_by, "") if review else "",
            "reason": reason_of(review),
            "can_decide": may_review and document.state == DocumentState.READY,
            "accept_form": AcceptForm(requirement=requirement, hand_in=hand_in, initial=bound_to | told),
            "changes_form": ChangesForm(initial=bound_to),
            "original_form": OriginalForm(),
            "may_open": actor.may(Permission.DOWNLOAD_FILES),
            **pages_shown(document, request),
            **chain_context(document, review, case, pack, actor),
            "versions": list(Document.objects.filter(item=document.item).exclude(pk=document.pk).order_by("-version")),
            "back": case_url(case, f"item-{document.item.code}"),
            **forms,
        }


def reason_of(review: Review | None) -> str:
    known = REASONS.get(review.reason) if review is not None else None
    return in_language(known) if known is not None else ""
