from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class BearerTokenAuthentication(BaseAuthentication):
    """The token was read by the middleware, which opened its agency's scope; here it only becomes DRF's answer."""

    def authenticate(self, request: Request) -> tuple[None, Any] | None:
        actor = getattr(request._request, "actor", None)
        return None if actor is None else (None, actor)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="relo"'


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "relo.api.authentication.BearerTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API token of the agency."}
