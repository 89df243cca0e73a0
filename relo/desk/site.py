"""The staff's site: Django's own admin, opened to members in force, with a first page of what needs attention."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relo.accounts.roles import Role
from relo.desk.panels import panels_for
from relo.desk.requests import actor_in, agency_in, staff
from relo.desk.sign_in.entering import ChangePasswordView, SignInView

# Generic doors of the stock admin that relo's pages do not use; each would need its own answer about tenancy.
UNUSED = frozenset({"autocomplete", "view_on_site", "app_list"})


class DeskSite(admin.AdminSite):
    site_header = "relo"
    site_title = "relo"
    index_title = _("Needs attention")
    index_template = "admin/desk/index.html"
    site_url = None
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return actor_in(request) is not None

    def get_urls(self) -> list[Any]:
        return [route for route in super().get_urls() if getattr(route, "name", None) not in UNUSED]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return SignInView.as_view()(request)  # type: ignore[return-value]

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return ChangePasswordView.as_view()(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        if not self.has_permission(request):
            return context
        return {**context, "agency": agency_in(request), "role": _role_of(request), "places": self._places(request)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Not by app: `places` says where one can go."""
        return []

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "subtitle": None,
            "is_first_page": True,
            "panels": list(panels_for(staff(request))),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.index_template, context)

    def _places(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The site's navigation: every list that this person may see, in the order the lists give themselves."""
        places = []
        for model, model_admin in self._registry.items():
            position = getattr(model_admin, "place", None)
            if position is None or not model_admin.has_view_permission(request):
                continue
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            here = request.path.startswith(url)
            name = getattr(model_admin, "place_name", "") or model._meta.verbose_name_plural
            places.append({"position": position, "name": name, "url": url, "here": here})
        return sorted(places, key=lambda place: place["position"])


def _role_of(request: HttpRequest) -> str:
    membership = getattr(request.user, "membership", None)
    return str(Role(membership.role).label) if membership is not None else ""
