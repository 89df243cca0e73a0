from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.act_forms import ReasonForm
from cases.admin.parts import POST_PARTS
from cases.admin.post_forms import EditionForm, PostForm
from cases.admin.post_lines import TONES, edition_url, freshness_in_words, shown_edition
from cases.country_names import country_name
from cases.models import Post, PostEdition, RuleChange, VersionStatus
from cases.packs import pack_of, published_version, published_versions
from cases.post_selectors import (
    current_editions,
    days_kept,
    edition_before,
    editions_of,
    known_edition,
    known_post,
    posts_visible_to,
    with_editions,
)
from cases.post_words import all_lines, differences
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import fresh_until
from cases.services.locking import name_of
from cases.services.post_editions import (
    add_post,
    change_draft,
    draft_edition,
    publish_edition,
    send_back_edition,
    set_post_in_use,
    submit_edition,
)
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.desk.acting import act, act_from_form, done, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff, staff_who_may


@admin.register(Post)
class PostAdmin(AgencyAdmin[Post]):
    """Consulates and visa centres: what each asks, since when, read by whom, and what is being written anew."""

    view_permission = Permission.VIEW_ROUTES
    add_permission = Permission.EDIT_ROUTES
    place: ClassVar[int | None] = 6
    detail_template = "admin/cases/post/post.html"

    list_display = ("name", "kind_name", "where", "in_force", "use")
    ordering = ("name_en", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return with_editions(posts_visible_to(staff(request)))

    def acts(self) -> list[tuple[str, str, Any]]:
        edition = "editions/<uuid:edition_id>/"
        return [
            ("<uuid:post_id>/in-use/", "in_use", self.in_use),
            ("<uuid:post_id>/draft/", "draft", self.draft),
            (edition, "edition", self.edition),
            (f"{edition}edit/", "edit", self.edit),
            (f"{edition}submit/", "submit", self.submit),
            (f"{edition}send-back/", "send_back", self.send_back),
            (f"{edition}publish/", "publish", self.publish),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        label = _("Add a consulate or visa centre")
        return super().changelist_view(request, {"add_label": label, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found, kept = super().get_changelist_instance(request), days_kept()
        for post in found.result_list:
            post.days_kept = kept
        return found

    @admin.display(description=gettext_lazy("name"))
    def name(self, post: Post) -> str:
        return in_language(post)

    @admin.display(description=gettext_lazy("kind"))
    def kind_name(self, post: Post) -> str:
        return post.get_kind_display()

    @admin.display(description=gettext_lazy("city"))
    def where(self, post: Post) -> str:
        return f"{post.city}, {country_name(post.country)}"

    @admin.display(description=gettext_lazy("what it asks"))
    def in_force(self, post: Post) -> str:
        tone, words = freshness_in_words(post.in_force_editions, post.days_kept)  # type: ignore[attr-defined]
        return format_html('<span class="badge tone-{}">{}</span>', tone, words)

    @admin.display(description=gettext_lazy("in use"), boolean=False)
    def use(self, post: Post) -> str:
        return _("In use") if post.is_active else _("Out of use")

    def detail(self, request: HttpRequest, row: Post) -> dict[str, Any]:
        today, editions = clock.today(agency_in(request).time_zone), list(editions_of(row))
        names, kept = names_of([one.author for one in editions]), days_kept()
        return {
            "title": in_language(row),
            "post": row,
            "country": country_name(row.country),
            "serves": _(", ").join(country_name(code) for code in row.serves),
            "editions": [shown_edition(one, names, today, kept) for one in editions],
            "routes": [{"code": v.code, "name": pack_of(v).name} for v in published_versions()],
            "may_edit": staff(request).may(Permission.EDIT_ROUTES),
        }

    @refusals_are_answers
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        form = PostForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made: list[Post] = []
            if act_from_form(request, form, lambda: made.append(add_post(new=form.new(), actor=actor))):
                return done(request, _("Added. Now write down what its page asks."), _post_url(made[0]))
        context = self.page(request, title=_("Add a consulate or visa centre"), form=form)
        return render(request, "admin/cases/post/add.html", context, status=422 if form.errors else 200)

    @refusals_are_answers
    def in_use(self, request: HttpRequest, post_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        post, is_active = known_post(post_id, actor), request.POST.get("in_use") == "yes"
        return act(
            request,
            lambda: set_post_in_use(post_id=post_id, is_active=is_active, actor=actor),
            done=_("It can be chosen again.") if is_active else _("It cannot be chosen any more. Cases there stay."),
            back_to=_post_url(post),
        )

    @refusals_are_answers
    def draft(self, request: HttpRequest, post_id: UUID) -> HttpResponse:
        """A new reading, starting from what is in force on the route named in `route`."""
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        post = known_post(post_id, actor)
        routes = [version.code for version in published_versions()]
        route = request.GET.get("route") or (routes[0] if routes else "")
        before = current_editions().filter(post=post, route_code=route).first()
        overlay = Overlay.model_validate(before.content) if before else None
        return self._written(
            request, post, route, overlay, actor, is_new_reading=True,
            service=lambda content: draft_edition(post_id=post_id, route_code=route, content=content, actor=actor),
        )  # fmt: skip

    @refusals_are_answers
    def edit(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        edition = known_edition(edition_id, actor)
        if edition.status != VersionStatus.DRAFT:
            return HttpResponseRedirect(edition_url(edition))
        return self._written(
            request, edition.post, edition.route_code, Overlay.model_validate(edition.content), actor,
            seen=edition.content_sha256,
            service=lambda content: change_draft(
                edition_id=edition_id, content=content, seen=request.POST.get("seen", ""), actor=actor
            ),
        )  # fmt: skip

    @refusals_are_answers
    def edition(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.VIEW_ROUTES)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        return render(request, "admin/cases/post/edition.html", self._edition_page(request, edition_id, actor))

    @refusals_are_answers
    def submit(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        return self._step(request, edition_id, submit_edition, _("Submitted. A second person looks at it now."))

    @refusals_are_answers
    def publish(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        sentence = _("Published. New choices get it; cases that are there stay on theirs until somebody decides.")
        service = partial(publish_edition, seen=request.POST.get("seen", ""))
        return self._step(request, edition_id, service, sentence)

    @refusals_are_answers
    def send_back(self, request: HttpRequest, edition_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        edition, form = known_edition(edition_id, actor), ReasonForm(request.POST)
        if form.is_valid() and act_from_form(
            request, form,
            lambda: send_back_edition(edition_id=edition_id, reason=form.cleaned_data["reason"], actor=actor),
        ):  # fmt: skip
            return done(request, _("Sent back. It is a draft again."), edition_url(edition))
        context = self._edition_page(request, edition_id, actor) | {"form": form}
        return render(request, "admin/cases/post/edition.html", context, status=422)

    def _step(
        self, request: HttpRequest, edition_id: UUID, service: Callable[..., PostEdition], sentence: str
    ) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_ROUTES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        edition = known_edition(edition_id, actor)
        return act(
            request,
            lambda: service(edition_id=edition_id, actor=actor),
            done=sentence,
            back_to=edition_url(edition),
        )

    def _written(
        self,
        request: HttpRequest,
        post: Post,
        route_code: str,
        before: Overlay | None,
        actor: Actor,
        *,
        service: Callable[[dict[str, Any]], PostEdition],
        is_new_reading: bool = False,
        seen: str = "",
    ) -> HttpResponse:
        pack, today = pack_of(published_version(route_code)), clock.today(agency_in(request).time_zone)
        posted = request.POST if request.method == "POST" else None
        form = EditionForm(posted, pack=pack, today=today, before=before, is_new_reading=is_new_reading)
        if posted is not None and form.is_valid():
            try:
                edition = service(form.content())
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                form.refuse(refusal)
            else:
                return done(request, _("The draft is saved."), edition_url(edition))
        context = self.page(
            request, title=_("What the page asks"), post=post, pack=pack, form=form, back=_post_url(post),
            seen=request.POST.get("seen", seen),
        )  # fmt: skip
        return render(request, "admin/cases/post/write.html", context, status=422 if form.errors else 200)

    def _edition_page(self, request: HttpRequest, edition_id: UUID, actor: Actor) -> dict[str, Any]:
        edition = known_edition(edition_id, actor)
        overlay, pack = Overlay.model_validate(edition.content), pack_of(published_version(edition.route_code))
        former, today = edition_before(edition), clock.today(agency_in(request).time_zone)
        names = names_of([edition.author, edition.published_by, edition.submitted_by, overlay.read_by])
        own = name_of(actor) in (edition.author, edition.submitted_by)
        may_edit = actor.may(Permission.EDIT_ROUTES)
        in_review = edition.status == VersionStatus.IN_REVIEW
        until = fresh_until(overlay, pack.post_read_days)
        return self.page(
            request,
            title=f"{in_language(edition.post)} · {edition.edition}",
            edition=edition,
            post=edition.post,
            change=RuleChange.objects.filter(post_edition=edition).first() if edition.is_frozen else None,
            pack=pack,
            tone=TONES[VersionStatus(edition.status)],
            lines=all_lines(overlay, pack),
            former=former,
            differences=differences(Overlay.model_validate(former.content), overlay, pack) if former else [],
            author=names.get(edition.author, ""),
            read_by=names.get(overlay.read_by, ""),
            published_by=names.get(edition.published_by, ""),
            until=until,
            is_stale=until < today,
            may_write=may_edit and edition.status == VersionStatus.DRAFT,
            may_publish=may_edit and in_review and not own,
            is_own=may_edit and in_review and own,
            form=ReasonForm() if may_edit and in_review else None,
            parts=[body for part in POST_PARTS if (body := part.of_edition(request, edition))],
        )


def _post_url(post: Post) -> str:
    return reverse("admin:cases_post_change", args=[post.pk])
