"""Refusals are typed: a stable `code` for programs, a `detail` for people that names the cure.

A door maps the class to its own way of saying no. Anything that is not a ReloError is a bug.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


class ReloError(Exception):
    """A refusal a person or program can act on. `extra` is JSON-safe and free of personal data."""

    status = 400  # what HTTP calls it, for every door that speaks HTTP

    def __init__(self, code: str, detail: str | Promise, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.extra = extra


class Invalid(ReloError):
    """What was sent cannot be right. `errors` maps a field path to its sentence."""

    def __init__(
        self, code: str, detail: str | Promise, errors: Mapping[str, str | Promise] | None = None, **extra: Any
    ) -> None:
        super().__init__(code, detail, **extra)
        self.errors = dict(errors or {})


class NotPermitted(ReloError):
    """Known, and not allowed for this actor."""

    status = 403


class NotFound(ReloError):
    """Missing, or another agency's: the answer is the same."""

    status = 404


class Conflict(ReloError):
    """Right in itself, and at odds with what is stored."""

    status = 409


class TooLarge(ReloError):
    status = 413


class UnsupportedType(ReloError):
    status = 415


class Unprocessable(ReloError):
    """The bytes arrived and cannot be used."""

    status = 422


class NotReady(ReloError):
    """Something relo needs is away for the moment; the same call may go through later."""

    status = 503


class NoRoom(ReloError):
    """There is no room to store it. Nothing was."""

    status = 507
