"""The way in and the way out."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from relo.accounts.mail_limits import TooManyRequests
from relo.core.errors import Invalid
from relo.core.networks import network_of
from relo.portal import cookies
from relo.portal.csrf import token_page_csrf
from relo.portal.digests import new_secret
from relo.portal.sessions import end_session
from relo.portal.signing_in import (
    LinkRefused,
    LinkState,
    SignedIn,
    ask_for_link,
    latest_request,
    link_state,
    sign_in_by_code,
    sign_in_by_link,
)
from relo.portal.views import SeeOther

LINK_STATUS: dict[LinkState, int] = {"good": 200, "wrong_browser": 403, "used": 410, "expired": 410, "unknown": 404}
EMAIL_MISSING = _("Write your whole e-mail address, such as anna@example.org.")


class AddressForm(forms.Form):
    email = forms.EmailField(
        max_length=254, error_messages=dict.fromkeys(("required", "invalid", "max_length"), EMAIL_MISSING)
    )


class SignInView(View):
    """Asks for an address. Every well-formed one gets the same answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "actor", None) is not None:
            return SeeOther(reverse("portal:home"))
        return self._page(request, ended="ended" in request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AddressForm(request.POST)
        if not form.is_valid():
            return self._page(request, error=form.errors["email"][0], status=400)
        nonce = cookies.browser_nonce(request)
        if latest_request(nonce) is None:  # not one of ours; one of ours stays, and with it an earlier mail's link
            nonce = new_secret()
        try:
            ask_for_link(email=form.cleaned_data["email"], nonce=nonce, network=network_of(request))
        except TooManyRequests as refusal:
            refused = self._page(request, error=refusal.detail, status=refusal.status)
            refused["Retry-After"] = str(refusal.seconds)
            return refused
        response = SeeOther(reverse("portal:sign_in_sent"))
        cookies.keep_nonce(response, nonce)
        return response

    def _page(self, request: HttpRequest, *, error: Any = "", ended: bool = False, status: int = 200) -> HttpResponse:
        context = {"error": error, "ended": ended, "email": request.POST.get("email", "")[:254]}
        return render(request, "portal/sign_in.html", context, status=status)


class SentView(View):
    """Takes the six digits. Shown in the browser that asked, whatever became of the mail."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        nonce = cookies.browser_nonce(request)
        try:
            signed_in = sign_in_by_code(code=request.POST.get("code", "")[:20], nonce=nonce)
        except Invalid as refusal:
            return self._page(request, error=refusal.detail, status=400)
        return entered(request, signed_in)

    def _page(self, request: HttpRequest, *, error: Any = "", status: int = 200) -> HttpResponse:
        asked = latest_request(cookies.browser_nonce(request))
        if asked is None:
            return SeeOther(reverse("portal:sign_in"))
        return render(request, "portal/sent.html", {"masked_email": asked.masked_email, "error": error}, status=status)


@method_decorator([csrf_exempt, token_page_csrf], name="dispatch")
class LinkView(View):
    """GET shows a button and changes nothing, for mail scanners follow links; only POST signs in."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        state, row = link_state(token, cookies.browser_nonce(request))
        return self._page(request, state, {"agency": row.agency if row else None})

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if (language := request.POST.get("language", "")) in dict(settings.LANGUAGES):
            response: HttpResponse = SeeOther(request.path)
            keep_language(response, language)
            return _unreferred(response)
        try:
            signed_in = sign_in_by_link(token=token, nonce=cookies.browser_nonce(request))
        except LinkRefused as refusal:
            return self._page(request, refusal.state, {})
        return _unreferred(entered(request, signed_in))

    def _page(self, request: HttpRequest, state: LinkState, context: dict[str, Any]) -> HttpResponse:
        context = {**context, "state": state, "language_action": request.path}
        return _unreferred(render(request, "portal/link.html", context, status=LINK_STATUS[state]))


class SignOutView(View):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        end_session(cookies.session_key(request))
        response = SeeOther(reverse("portal:sign_in"))
        cookies.forget_session(response)
        return response


def entered(request: HttpRequest, signed_in: SignedIn) -> HttpResponse:
    """A new session; one this browser held before ends with it."""
    end_session(cookies.session_key(request))
    response = SeeOther(reverse("portal:home"))
    cookies.keep_session(response, signed_in.session_key)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and signed_in.language in dict(settings.LANGUAGES):
        keep_language(response, signed_in.language)
    return response


def keep_language(response: HttpResponse, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _unreferred(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response
