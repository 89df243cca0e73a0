"""Errors outside any view: a problem document under /api/, a page elsewhere."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views import defaults

from relo.api.middleware import API_PATH


def _problem(status: int, code: str, detail: str) -> JsonResponse:
    body = {
        "type": f"urn:relo:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return _problem(400, "invalid", _("This request cannot be read. See /api/docs/ for its form."))
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return _problem(404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    if request.path.startswith(API_PATH):
        return _problem(500, "server_error", _("Something broke on our side. Nothing was done; try again later."))
    return defaults.server_error(request)
