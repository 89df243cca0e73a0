"""Under /admin/: is this session still one, and has its owner the second factor that the agency asks for?"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from relo.accounts.factors import has_second_factor
from relo.accounts.middleware import STAFF_PATH
from relo.accounts.models import Agency, User
from relo.accounts.sessions import end_session, session_in_force, start_session

Handler = Callable[[HttpRequest], HttpResponse]
# What somebody may reach who has yet to set up the factor that their agency asks for.
SETTING_UP = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        "admin:logout",
        "admin:jsi18n",
    }
)


class StaffSessionMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(STAFF_PATH):
            return self.get_response(request)
        user_agent = request.headers.get("User-Agent", "")
        before = ""
        if isinstance(request.user, User):
            before = request.session.session_key or ""
            session = session_in_force(key=before, user_id=request.user.pk, user_agent=user_agent)
            request.staff_session = session  # type: ignore[attr-defined]
            if session is None:
                logout(request)
                messages.info(request, _("Your session has ended. Sign in again."))
        elif SESSION_KEY in request.session:
            logout(request)  # whose it was is not let in any more: it must not come back to life with them
        response = self.get_response(request)
        after = (request.session.session_key or "") if isinstance(request.user, User) else ""
        if before and after != before:
            end_session(before)
        if after and after != before:
            start_session(key=after, user_id=request.user.pk, user_agent=user_agent)  # type: ignore[arg-type]
        return response


class SecondFactorMiddleware:
    """Where the agency asks for a second factor, a member without one can set one up, sign out, and nothing else."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        actor = getattr(request, "actor", None) if request.path.startswith(STAFF_PATH) else None
        here = request.resolver_match.view_name if request.resolver_match else ""
        if actor is None or here in SETTING_UP:
            return None
        asked = Agency.objects.filter(pk=actor.agency_id, requires_second_factor=True).exists()
        if not asked or has_second_factor(int(actor.ref)):
            return None
        messages.warning(request, _("Your agency asks for a second factor. Set one up to go on."))
        return HttpResponseRedirect(reverse("mfa_index"))
