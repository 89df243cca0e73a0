"""Who a browser request comes from, in which language, and whose rows it may see."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from relo.accounts.models import User
from relo.accounts.services import actor_of_user
from relo.core.scoping import agency_scope

Handler = Callable[[HttpRequest], HttpResponse]
STAFF_PATH = "/admin/"


class LanguageMiddleware:
    """The language chosen on the page (cookie), else the browser's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", chosen)
            return response


class StaffScopeMiddleware:
    """Under /admin/: the actor of the signed-in member, and the scope of their agency for this request."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(STAFF_PATH):
            return self.get_response(request)
        request.actor = actor_of_user(request.user) if isinstance(request.user, User) else None  # type: ignore[attr-defined]
        if request.actor is None:  # type: ignore[attr-defined]
            if request.user.is_authenticated:
                logout(request)  # their membership is not in force any more
            return self.get_response(request)
        with agency_scope(request.actor.agency_id):  # type: ignore[attr-defined]
            return self.get_response(request)
