"""Saved copies of the pages of posts: kept from the page of an edition, and handed out as attachments."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.parts import EditionPart
from cases.admin.post_lines import edition_url
from cases.models import PostEdition
from cases.post_selectors import known_edition
from documents import serving
from documents.admin.forms import FileForm
from documents.models import PostCopy
from documents.services.handing_out import hand_out_post_copy
from documents.services.post_copies import keep_copy
from relo.accounts.roles import Permission
from relo.core.languages import in_language
from relo.core.receiving import refuse_trouble
from relo.desk.acting import act_from_form, done, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff, staff_who_may
from relo.desk.wording import day_in_words


@admin.register(PostCopy)
class PostCopyAdmin(AgencyAdmin[PostCopy]):
    view_permission = Permission.VIEW_ROUTES
    list_display = ("of_post", "of_edition", "uploaded_on")
    list_select_related = ("post_edition__post",)
    ordering = ("-uploaded_at", "id")

    def acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:copy_id>/content/", "content", self.content),
            ("upload/<uuid:edition_id>/", "upload", self.upload),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostCopy]:
        return PostCopy.objects.all()

    @admin.display(description=gettext_lazy("consulate or visa centre"))
    def of_post(self, copy: PostCopy) -> str:
        return in_language(copy.post_edition.post)

    @admin.display(description=gettext_lazy("edition"))
    def of_edition(self, copy: PostCopy) -> str:
        return format_html('<a href="{}">{}</a>', edition_url(copy.post_edition), copy.post_edition.edition)

    @admin.display(description=gettext_lazy("uploaded"), ordering="uploaded_at")
    def uploaded_on(self, copy: PostCopy) -> str:
        return day_in_words(copy.uploaded_at)

    @refusals_are_answers
    def content(self, request: HttpRequest, copy_id: UUID) -> Any:
        actor = staff_who_may(request, Permission.VIEW_ROUTES)
        return serving.copy_of_page(hand_out_post_copy(copy_id=copy_id, actor=actor))

    @refusals_are_answers
    def upload(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        edition = known_edition(edition_id, actor)
        posted = request.method == "POST"
        form = FileForm(request.POST, request.FILES) if posted else FileForm()
        came_whole = posted and act_from_form(request, form, lambda: refuse_trouble(request))
        if came_whole and form.is_valid():
            sent: UploadedFile[bytes] = form.cleaned_data["file"]

            def service() -> None:
                keep_copy(edition_id=edition_id, file=sent.file, file_name=sent.name or "", actor=actor)  # type: ignore[arg-type]

            if act_from_form(request, form, service):
                return done(request, _("The copy is kept."), edition_url(edition))
        context = self.page(
            request, title=_("Keep a copy of the page"), edition=edition, form=form, back=edition_url(edition)
        )
        return render(request, "admin/documents/postcopy/upload.html", context, status=422 if form.errors else 200)


class CopiesPart(EditionPart):
    def of_edition(self, request: HttpRequest, edition: PostEdition) -> SafeString:
        copies = list(PostCopy.objects.filter(post_edition=edition).order_by("uploaded_at", "id"))
        names = names_of(copy.uploaded_by for copy in copies)
        context = {
            "agency": agency_in(request),
            "rows": [
                {
                    "copy": copy,
                    "who": names.get(copy.uploaded_by, ""),
                    "url": reverse("admin:documents_postcopy_content", args=[copy.pk]),
                }
                for copy in copies
            ],
            "may_add": staff(request).may(Permission.EDIT_ROUTES) and not edition.is_frozen,
            "edition": edition,
        }
        return render_to_string("admin/documents/postcopy/copies.html", context, request)
