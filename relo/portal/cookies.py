"""The portal's two cookies: which browser asked for a link, and which session a browser holds."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from relo.portal.sessions import LONGEST

SESSION_COOKIE = f"{settings.COOKIE_PREFIX}relo_portal"
BROWSER_COOKIE = f"{settings.COOKIE_PREFIX}relo_browser"
BROWSER_LASTS = timedelta(hours=1)


def session_key(request: HttpRequest) -> str:
    return request.COOKIES.get(SESSION_COOKIE, "")


def browser_nonce(request: HttpRequest) -> str:
    return request.COOKIES.get(BROWSER_COOKIE, "")


def keep_session(response: HttpResponseBase, key: str) -> None:
    _set(response, SESSION_COOKIE, key, LONGEST)


def keep_nonce(response: HttpResponseBase, nonce: str) -> None:
    _set(response, BROWSER_COOKIE, nonce, BROWSER_LASTS)


def forget_session(response: HttpResponseBase) -> None:
    # Browsers ignore even the deletion of a __Host- cookie that is not marked secure.
    _set(response, SESSION_COOKIE, "", timedelta(0))


def _set(response: HttpResponseBase, name: str, value: str, lasts: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lasts,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
