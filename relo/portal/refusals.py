"""The HTTP status a page answers a refusal with."""

from relo.core.errors import (
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    NotReady,
    ReloError,
    TooLarge,
    Unprocessable,
    UnsupportedType,
)

STATUS: tuple[tuple[type[ReloError], int], ...] = (
    (Invalid, 400),
    (NotPermitted, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (UnsupportedType, 415),
    (Unprocessable, 422),
    (NotReady, 503),
)


def status_of(refusal: ReloError) -> int:
    return next((status for kind, status in STATUS if isinstance(refusal, kind)), 400)
