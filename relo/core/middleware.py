from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NoNulMiddleware:
    """PostgreSQL's text holds no NUL; without this each filter and search would have to refuse it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (request.path, request.META.get("QUERY_STRING", ""), request.headers.get("Idempotency-Key", ""))
        if any("\x00" in text or "%00" in text for text in asked):
            raise BadRequest("a NUL character")
        return self.get_response(request)


class NoStoreMiddleware:
    """Nothing with a person in it may stay in a cache on a shared computer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
