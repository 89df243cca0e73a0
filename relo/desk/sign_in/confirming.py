"""Proving again who one is, by any of the ways one signs in by."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from relo.accounts.sessions import confirm_session
from relo.desk.sign_in.forms import ConfirmPasswordForm
from relo.desk.sign_in.pages import DeskPage, session_of

WAYS = {
    "reauthenticate": _("Use the password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class _Confirms(DeskPage):
    request: HttpRequest
    title = _("Confirm that it is you")

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        confirm_session(session_of(self.request).pk)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        others = [
            {"url": way["url"], "name": WAYS[way["id"]]} for way in context.get("reauthentication_alternatives", [])
        ]
        return {**context, "other_ways": others}


class ConfirmByPasswordView(_Confirms, ReauthenticateView):
    template_name = "admin/sign_in/confirm.html"
    form_class = ConfirmPasswordForm


class ConfirmByCodeView(_Confirms, ReauthenticateByCodeView):
    template_name = "admin/sign_in/confirm.html"


class ConfirmByPasskeyView(_Confirms, ReauthenticateWebAuthnView):
    template_name = "admin/sign_in/confirm_by_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, str(_("The passkey was not accepted. Try again, or use another way.")))
        return HttpResponseRedirect(self.request.get_full_path())
