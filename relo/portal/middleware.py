"""Under /portal/: the candidate whose session the cookie names, and the scope of their agency for this request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from relo.accounts.roles import CANDIDATE_PERMISSIONS
from relo.core.actors import Actor, ActorKind
from relo.core.scoping import agency_scope
from relo.portal.cookies import session_key
from relo.portal.sessions import session_in_force

PORTAL_PATH = "/portal/"


class CandidateScopeMiddleware:
    """Knows nothing of the staff's session: nobody acts as a candidate but the candidate."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PORTAL_PATH):
            return self.get_response(request)
        session = session_in_force(session_key(request))
        if session is None:
            request.actor = None  # type: ignore[attr-defined]
            return self.get_response(request)
        request.actor = Actor(  # type: ignore[attr-defined]
            ActorKind.CANDIDATE, str(session.candidate_id), session.agency_id, CANDIDATE_PERMISSIONS
        )
        with agency_scope(session.agency_id):
            return self.get_response(request)
