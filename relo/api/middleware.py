from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from relo.accounts.services import actor_of_token, token_in_force
from relo.core.scoping import agency_scope

API_PATH = "/api/"


class TokenScopeMiddleware:
    """Under /api/: the actor of the bearer token, and the scope of its agency for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(API_PATH):
            return self.get_response(request)
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        token = token_in_force(secret.strip()) if scheme.lower() == "bearer" else None
        request.actor = actor_of_token(token) if token else None  # type: ignore[attr-defined]
        if token is None:
            return self.get_response(request)
        with agency_scope(token.agency_id):
            return self.get_response(request)
