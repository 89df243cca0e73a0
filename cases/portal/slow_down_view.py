"""Fewer reminders, or none, by the link in a mail: no sign-in, and nothing told about anybody."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from cases.models import Candidate, ReminderPace
from cases.services.slowing_down import TooOften, candidate_of, count_refused, slow_down
from cases.slow_down_links import LinkRefused, SlowDownLink, read_token
from relo.core.errors import Invalid, ReloError
from relo.core.networks import network_of
from relo.core.scoping import agency_scope
from relo.portal.sign_in_views import keep_language
from relo.portal.views import SeeOther

STATUS = {"expired": 410, "unknown": 404}


@method_decorator(csrf_exempt, name="dispatch")
class SlowDownView(View):
    """GET shows the choice and changes nothing, for mail scanners follow links. POST needs no cookie: the token is the
    proof, and mailbox programs send `List-Unsubscribe=One-Click` by themselves (RFC 8058)."""

    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            link = read_token(token)
            with agency_scope(link.agency_id):
                return self._choice(request, candidate_of(link), saved="saved" in request.GET)
        except LinkRefused as refusal:
            return self._refused(request, refusal)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if (language := request.POST.get("language", "")) in dict(settings.LANGUAGES):
            response: HttpResponse = SeeOther(request.path)
            keep_language(response, language)
            return _quiet(response)
        try:
            link = read_token(token)
            with agency_scope(link.agency_id):
                return self._save(request, link)
        except LinkRefused as refusal:
            try:
                count_refused(network_of(request))
            except TooOften as too_often:
                return _page(request, {"state": refusal.state}, too_often)
            return self._refused(request, refusal)

    def _save(self, request: HttpRequest, link: SlowDownLink) -> HttpResponse:
        one_click = request.POST.get("List-Unsubscribe", "").casefold() == "one-click"
        candidate = candidate_of(link)
        try:
            candidate = slow_down(link=link, pace=ReminderPace.OFF if one_click else request.POST.get("pace", ""))
        except (Invalid, TooOften) as refusal:
            return self._choice(request, candidate, refusal=refusal)
        # The standard allows no redirect where a program has pressed the button.
        return self._choice(request, candidate, saved=True) if one_click else _quiet(SeeOther(f"{request.path}?saved"))

    def _choice(
        self, request: HttpRequest, candidate: Candidate, *, saved: bool = False, refusal: ReloError | None = None
    ) -> HttpResponse:
        """In the language of the mails, where this browser has chosen none."""
        context = {
            "state": "good",
            "agency": candidate.agency,
            "choices": ReminderPace.choices,
            "pace": candidate.reminder_pace,
            "saved": saved,
        }
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        with translation.override(translation.get_language() if chosen else candidate.language):
            return _page(request, context, refusal)

    def _refused(self, request: HttpRequest, refused: LinkRefused) -> HttpResponse:
        return _page(request, {"state": refused.state}, None, status=STATUS[refused.state])


def _page(
    request: HttpRequest, context: dict[str, Any], refusal: ReloError | None, *, status: int = 200
) -> HttpResponse:
    told = {**context, "error": refusal.detail if refusal else "", "language_action": request.path}
    response = render(request, "portal/slow_down.html", told, status=refusal.status if refusal else status)
    response["Content-Language"] = translation.get_language() or "en"
    if seconds := getattr(refusal, "seconds", None):
        response["Retry-After"] = str(seconds)
    return _quiet(response)


def _quiet(response: HttpResponse) -> HttpResponse:
    """The address holds a secret, and is nothing for a search engine."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
