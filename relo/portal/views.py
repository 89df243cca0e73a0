"""What every page of the portal shares."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from relo.accounts.services import agency_of
from relo.core.actors import Actor
from relo.core.errors import NotFound, ReloError
from relo.portal.cookies import session_key


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next page is read with GET."""

    status_code = 303


class CandidateRequest(HttpRequest):
    actor: Actor


class CandidateView(View):
    """A page for the signed-in candidate. Anybody else is shown the way in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is None:
            was_signed_in = "?ended" if session_key(request) else ""
            return SeeOther(reverse("portal:sign_in") + was_signed_in)
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except ReloError as refusal:
            context = {"detail": refusal.detail}
            return self.page(request, "portal/refused.html", context, status=refusal.status)

    def page(self, request: Any, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return render(request, template, {"agency": agency_of(request.actor), **context}, status=status)
