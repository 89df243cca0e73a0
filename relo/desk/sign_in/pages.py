"""allauth's steps on relo's own pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin

from relo.accounts.models import StaffSession
from relo.accounts.sessions import is_confirmed

View = Callable[..., HttpResponseBase]


class DeskPage(ContextMixin):
    """Gives a page of a library what every page of the desk has."""

    title: ClassVar[str | Promise] = ""
    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        desk = admin.site.each_context(self.request)
        return {**desk, "subtitle": None, "title": self.title, **super().get_context_data(**kwargs)}


def session_of(request: HttpRequest) -> StaffSession:
    """The row of the browser behind the request, as StaffSessionMiddleware found it."""
    session = getattr(request, "staff_session", None)
    if not isinstance(session, StaffSession):
        raise LookupError("nobody is signed in")
    return session


def is_own_address(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())


def confirmed(view: View) -> View:
    """For what a session left open must not give away: the person proved who they are in the last fifteen minutes.

    Where they did not, they are asked to, and come back to the page they were on. What they had sent is not kept.
    """

    @wraps(view)
    def asked(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_confirmed(session_of(request)):
            return view(request, *args, **kwargs)
        page = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "")
        if not is_own_address(request, page):
            page = reverse("admin:index")
        if request.method == "POST":
            messages.info(request, _("Nothing was done yet. Confirm that it is you, then do it again."))
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}")

    return asked
