"""The base of every list and page of the staff: what is not declared is not there."""

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise, cached_property

from relo.accounts.roles import Permission
from relo.desk.acting import refusals_are_answers
from relo.desk.requests import actor_in, agency_in

M = TypeVar("M", bound=Model)


class BoundedPaginator(Paginator[Any]):
    """Counts no further than a person turns pages: a whole count would read every row of a large agency."""

    MOST = 1000

    @cached_property
    def count(self) -> int:
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[: self.MOST].count()
        return len(self.object_list)


class AgencyAdmin(admin.ModelAdmin[M]):
    """Rows come from the model's scoped manager, rights from the actor; each act is a URL that calls one service.

    A list, and where `detail_template` is given a page for one row. No model form, so nothing can be posted into a row.
    """

    view_permission: ClassVar[Permission | None] = None
    add_permission: ClassVar[Permission | None] = None
    place: ClassVar[int | None] = None  # position in the navigation; None: not named there
    place_name: ClassVar[str | Promise] = ""  # where the plural of the model is not what people call it
    detail_template: ClassVar[str] = ""
    id_converter: ClassVar[str] = "uuid"

    actions = None
    empty_value_display = "–"
    preserve_filters = False  # they would carry what was searched for into every address
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    change_list_template = "admin/desk/change_list.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may(request, self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may(request, self.add_permission)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what a filter of this list declares: a lookup through a relation could ask about another agency."""
        return lookup in [getattr(one, "parameter_name", None) for one in self.list_filter]

    def get_urls(self) -> list[Any]:
        stock, wrap = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        routes = [path("", wrap(self.changelist_view), name=f"{stock}_changelist")]
        if self.add_permission is not None:
            routes.append(path("add/", wrap(self.add_view), name=f"{stock}_add"))
        routes += [path(route, wrap(view), name=f"{stock}_{name}") for route, name, view in self.acts()]
        if self.detail_template:
            routes.append(
                path(f"<{self.id_converter}:object_id>/change/", wrap(self.change_view), name=f"{stock}_change")
            )
        return routes

    def acts(self) -> list[tuple[str, str, Any]]:
        """Route, name and view of what can be done here besides looking."""
        return []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Days in the list are those of the agency, so it is written while its zone is in force."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        title = str(self.place_name or self.opts.verbose_name_plural)
        words = {"title": title[:1].upper() + title[1:], **(extra_context or {})}
        with timezone.override(agency_in(request).time_zone):
            response = super().changelist_view(request, words)
            return response.render() if isinstance(response, TemplateResponse) else response

    @refusals_are_answers
    def change_view(
        self, request: HttpRequest, object_id: Any, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Look at one row. Missing and another agency's are the same: not found."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        row = self.known_row(request, object_id)
        if row is None:
            raise Http404
        return render(request, self.detail_template, self.page(request, **self.detail(request, row)))

    def known_row(self, request: HttpRequest, object_id: Any) -> M | None:
        """The row behind an address."""
        return self.get_queryset(request).filter(pk=object_id).first()

    def detail(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """What the page of one row shows."""
        return {"title": str(row), "row": row}

    def page(self, request: HttpRequest, **context: Any) -> dict[str, Any]:
        """What every page of this admin is given."""
        return {**self.admin_site.each_context(request), "opts": self.opts, "subtitle": None, **context}


def _may(request: HttpRequest, permission: Permission | None) -> bool:
    actor = actor_in(request)
    return actor is not None and permission is not None and actor.may(permission)
