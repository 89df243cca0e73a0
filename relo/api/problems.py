"""Every error as an RFC 9457 problem document: a stable `code`, and a `detail` that names the cure."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from relo.core.errors import Invalid, ReloError


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `errors` maps a field to what is wrong with it."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = serializers.DictField(child=serializers.CharField(), required=False)  # type: ignore[assignment]

    class Meta:
        ref_name = "Problem"


def problem(
    *, code: str, detail: str, http_status: int, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    body = {
        "type": f"urn:relo:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": http_status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(body, status=http_status, content_type="application/problem+json", headers=headers)


def problem_response(failure: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is not a refusal is a bug and stays an exception."""
    if isinstance(failure, ReloError):
        more = {name: value for name, value in failure.extra.items() if value not in (None, "", {})}
        if isinstance(failure, Invalid) and failure.errors:
            more["errors"] = {path: str(text) for path, text in failure.errors.items()}
        return problem(code=failure.code, detail=str(failure.detail), http_status=failure.status, **more)
    if isinstance(failure, Http404 | exceptions.NotFound):
        return problem(code="not_found", detail=_("There is nothing here."), http_status=404)
    if isinstance(failure, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return problem(
            code="token_missing",
            detail=_("Send a token in force: Authorization: Bearer …"),
            http_status=401,
            headers={"WWW-Authenticate": 'Bearer realm="relo"'},
        )
    if isinstance(failure, exceptions.ValidationError):
        return problem(
            code="invalid",
            detail=_("Some fields cannot be used as sent."),
            http_status=400,
            errors=flattened(failure.detail),
        )
    if isinstance(failure, exceptions.APIException):
        code = str(failure.default_code)
        return problem(code=code, detail=str(failure.detail), http_status=failure.status_code)
    return None


def flattened(detail: Any, path: str = "") -> dict[str, str]:
    """Nested error lists as `candidate.degrees.0.level: sentence`."""
    if isinstance(detail, Mapping):
        pairs = [(str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(entry, dict | list) for entry in detail):
        pairs = [(str(index), value) for index, value in enumerate(detail) if value]
    else:
        text = " ".join(str(entry) for entry in detail) if isinstance(detail, list) else str(detail)
        return {path or "body": text}
    found: dict[str, str] = {}
    for key, value in pairs:
        found.update(flattened(value, f"{path}.{key}" if path else key))
    return found
