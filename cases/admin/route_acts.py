"""The acts on an edition, one URL each: begin it, change it part by part or by file, send it on, publish it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.act_forms import ReasonForm
from cases.admin.part_form import PartForm
from cases.models import RouteVersion, VersionStatus
from cases.packs import pack_of
from cases.routes.values import Text
from cases.rule_selectors import own_edition
from cases.services.editing import (
    EDITABLE,
    MOST_BYTES,
    DraftRefused,
    as_yaml,
    discard_draft,
    draft_edition,
    part_in,
    remove_part,
    replace_draft,
    save_part,
)
from cases.services.publishing import publish_edition, send_back, send_to_review
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.desk.acting import act, done, put_errors, refusals_are_answers
from relo.desk.requests import agency_in, staff_who_may

FORM = "admin/cases/routeversion/form.html"


class UploadForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("YAML file"),
        help_text=gettext_lazy("As it is downloaded here. It replaces the whole draft; route and edition stay."),
    )


class EditionActs:
    """Mixed into RouteVersionAdmin, which gives `page()`."""

    page: Callable[..., dict[str, Any]]

    def acts(self) -> list[tuple[str, str, Any]]:
        own = "<uuid:version_id>/"
        return [
            ("<uuid:object_id>/draft/", "draft", self.draft),
            ("<uuid:object_id>/file/", "file", self.file),
            (f"{own}parts/<slug:section>/<slug:part>/", "part", self.part),
            (f"{own}parts/<slug:section>/<slug:part>/remove/", "remove", self.remove),
            (f"{own}add/<slug:section>/", "add_part", self.add_part),
            (f"{own}upload/", "upload", self.upload),
            (f"{own}review/", "review", self.review),
            (f"{own}send-back/", "send_back", self.send_back),
            (f"{own}publish/", "publish", self.publish),
            (f"{own}discard/", "discard", self.discard),
        ]

    @refusals_are_answers
    def draft(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            version = draft_edition(based_on=object_id, edition=_next_edition(request), actor=actor)
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(version_url(object_id))
        return done(request, _("The draft is begun. Nothing in it is in force yet."), version_url(version.pk))

    @refusals_are_answers
    def file(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        staff_who_may(request, Permission.VIEW_ROUTES)
        version = RouteVersion.objects.filter(pk=object_id).first()
        if version is None:
            raise Http404
        response = HttpResponse(as_yaml(version), content_type="application/yaml; charset=utf-8")
        name = f"{version.code}-{version.edition}.yaml".lower()
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @refusals_are_answers
    def part(self, request: HttpRequest, version_id: UUID, section: str, part: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        version = own_edition(version_id, actor)
        stored = part_in(version, section, part)
        named = stored.get("name") or stored.get("text") or stored.get("question") or {}
        title = _("Change: %(name)s") % {"name": _in_language(named) or part}
        return self._part_page(request, version, section, part, stored, title, actor)

    @refusals_are_answers
    def add_part(self, request: HttpRequest, version_id: UUID, section: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        version = own_edition(version_id, actor)
        if section not in EDITABLE:
            raise Http404
        return self._part_page(request, version, section, None, None, _("Add to the draft"), actor)

    @refusals_are_answers
    def remove(self, request: HttpRequest, version_id: UUID, section: str, part: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = own_edition(version_id, actor)
        seen = request.POST.get("seen", "")
        try:
            remove_part(version_id=version.pk, section=section, code=part, seen=seen, actor=actor)
        except DraftRefused as refusal:
            for at, sentence in refusal.errors.items():
                messages.error(request, f"{at}: {sentence}")
            return HttpResponseRedirect(version_url(version.pk))
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(version_url(version.pk))
        return done(request, _("Taken out."), version_url(version.pk))

    @refusals_are_answers
    def upload(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        version = own_edition(version_id, actor)
        posted = request.POST if request.method == "POST" else None
        form = UploadForm(posted, request.FILES or None, initial={"seen": version.content_sha256})

        def service() -> None:
            file = form.cleaned_data["file"]
            replace_draft(
                version_id=version.pk, file=file.read(MOST_BYTES + 1), file_name=file.name or "",
                seen=form.cleaned_data["seen"], actor=actor,
            )  # fmt: skip

        return self._from_form(
            request, version, form, service, title=_("Upload a file"), submit=_("Replace the draft"),
            done_with=_("The draft is what the file says."),
        )  # fmt: skip

    @refusals_are_answers
    def review(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version, note = own_edition(version_id, actor), request.POST.get("note", "")
        return act(
            request,
            lambda: send_to_review(version_id=version.pk, note=note, actor=actor),
            done=_("Sent on. A second person can publish it now, or send it back."),
            back_to=version_url(version.pk, "acts"),
        )

    @refusals_are_answers
    def send_back(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        version = own_edition(version_id, actor)
        form = ReasonForm(request.POST if request.method == "POST" else None)
        return self._from_form(
            request, version, form,
            lambda: send_back(version_id=version.pk, reason=form.cleaned_data["reason"], actor=actor),
            title=_("Send back"), submit=_("Send it back"),
            wants=VersionStatus.IN_REVIEW, done_with=_("Sent back. It can be edited again."),
        )  # fmt: skip

    @refusals_are_answers
    def publish(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = own_edition(version_id, actor)
        try:
            change = publish_edition(version_id=version.pk, seen=request.POST.get("seen", ""), actor=actor)
        except DraftRefused as refusal:
            for at, sentence in refusal.errors.items():
                messages.error(request, f"{at}: {sentence}")
            return HttpResponseRedirect(version_url(version.pk))
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(version_url(version.pk))
        return done(
            request,
            _("Published. New cases open on it; what it means for open cases is below."),
            reverse("admin:cases_rulechange_change", args=[change.pk]),
        )

    @refusals_are_answers
    def discard(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = own_edition(version_id, actor)
        return act(
            request,
            lambda: discard_draft(version_id=version.pk, actor=actor),
            done=_("The draft is discarded."),
            back_to=reverse("admin:cases_routeversion_changelist"),
        )

    def _part_page(
        self, request: HttpRequest, version: RouteVersion, section: str, code: str | None,
        stored: dict[str, Any] | None, title: str, actor: Actor,
    ) -> HttpResponse:  # fmt: skip
        posted = request.POST if request.method == "POST" else None
        form = PartForm(posted, section=section, pack=pack_of(version), part=stored, seen=version.content_sha256)

        def service() -> None:
            save_part(
                version_id=version.pk, section=section, code=code, part=form.part(),
                seen=form.cleaned_data["seen"], actor=actor,
            )  # fmt: skip

        remove = reverse("admin:cases_routeversion_remove", args=[version.pk, section, code]) if code else ""
        return self._from_form(
            request, version, form, service, title=title, submit=_("Save in the draft"),
            done_with=_("Saved in the draft."), remove=remove, seen=version.content_sha256,
            anchor=f"{section}-{code}" if code else section,
        )  # fmt: skip

    def _from_form(
        self, request: HttpRequest, version: RouteVersion, form: forms.Form, service: Callable[[], Any], *,
        title: str, submit: str, done_with: str, anchor: str = "", wants: VersionStatus = VersionStatus.DRAFT,
        **besides: Any,
    ) -> HttpResponse:  # fmt: skip
        if version.status != wants:
            messages.error(request, _("This edition is not at that point any more. This is where it stands now."))
            return HttpResponseRedirect(version_url(version.pk))
        if request.method == "POST" and form.is_valid():
            try:
                service()
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                form.refuse(refusal) if isinstance(form, PartForm) else put_errors(form, refusal)
            else:
                return done(request, done_with, version_url(version.pk, anchor))
        context = self.page(
            request, title=title, version=version, form=form, submit=submit, back=version_url(version.pk, anchor),
            **besides,
        )  # fmt: skip
        return render(request, FORM, context, status=422 if form.errors else 200)


def version_url(version_id: UUID, anchor: str = "") -> str:
    url = reverse("admin:cases_routeversion_change", args=[version_id])
    return f"{url}#{anchor}" if anchor else url


def _next_edition(request: HttpRequest) -> str:
    """Named for the day in the agency, and for the agency: 2026-12-01-arc, then 2026-12-01-arc2."""
    agency = agency_in(request)
    name = f"{clock.today(agency.time_zone).isoformat()}-{agency.code.lower()}"
    taken = RouteVersion.objects.filter(agency=agency, edition__startswith=name).count()
    return name if not taken else f"{name}{taken + 1}"


def _in_language(named: dict[str, str]) -> str:
    return in_language(Text.model_validate(named)) if named else ""
