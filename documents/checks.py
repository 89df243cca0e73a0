"""System checks: the decoder that reads HEIC must be one without the known holes."""

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Warned

OLDEST_LIBHEIF = (1, 23, 4)  # CVE-2026-84383 and what was found with it


def heic_is_read_safely(**_: Any) -> Iterable[CheckMessage]:
    if not settings.ACCEPT_HEIC:
        return
    if find_spec("pillow_heif") is None:
        yield Warned(
            "HEIC photos are accepted, but pillow-heif is not installed: each would be refused as unreadable.",
            hint="Install relo[heic], or set ACCEPT_HEIC=false.",
            id="relo.W030",
        )
    elif _libheif() < OLDEST_LIBHEIF:
        yield Error(
            f"The installed libheif {'.'.join(map(str, _libheif()))} has holes that are being used.",
            hint="Install pillow-heif 1.8.1 or later, or set ACCEPT_HEIC=false.",
            id="relo.E030",
        )


def _libheif() -> tuple[int, ...]:
    from pillow_heif import libheif_version

    return tuple(int(part) for part in libheif_version().split(".") if part.isdigit())
