"""Where the candidate is signed in, and ending it."""

from django.http import HttpResponse
from django.urls import reverse

from cases.portal.views import CaseView
from relo.core.errors import NotFound
from relo.portal.cookies import session_key
from relo.portal.digests import digest_of
from relo.portal.sessions import end_other_sessions, end_session_of, sessions_of
from relo.portal.views import CandidateRequest, SeeOther


class SessionsView(CaseView):
    def get(self, request: CandidateRequest) -> HttpResponse:
        here = digest_of(session_key(request))
        rows = [
            {"session": session, "is_here": session.key_digest == here} for session in sessions_of(request.actor.ref)
        ]
        return self.page(request, "portal/sessions.html", {"rows": rows})


class EndSessionView(CaseView):
    http_method_names = ["post", "options"]

    def post(self, request: CandidateRequest, session_id: int) -> HttpResponse:
        if not end_session_of(request.actor.ref, session_id):
            raise NotFound("not_found", "")
        return SeeOther(reverse("portal:sessions"))


class EndOtherSessionsView(CaseView):
    http_method_names = ["post", "options"]

    def post(self, request: CandidateRequest) -> HttpResponse:
        end_other_sessions(request.actor.ref, session_key(request))
        return SeeOther(reverse("portal:sessions"))
