"""Cross-site protection for pages whose address holds a secret."""

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware


class TokenPageCsrf(CsrfViewMiddleware):
    """Takes the form's token alone as proof.

    A page that sends no referrer sends `Origin: null` with its own form, and Django would refuse that. The token in
    the form must still match the cookie, which another site can neither read nor set.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        return request.META["HTTP_ORIGIN"] == "null" or bool(super()._origin_verified(request))  # type: ignore[misc]

    def _check_referer(self, request: HttpRequest) -> None:
        return None


token_page_csrf = decorator_from_middleware(TokenPageCsrf)
