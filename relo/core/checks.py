"""System checks of the house: a field without a privacy tag stops the build."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error


def our_models() -> list[Any]:
    """Every model of relo itself; those of Django and other packages are theirs to describe."""
    return [
        model for model in apps.get_models() if model.__module__.partition(".")[0] in ("relo", "cases", "documents")
    ]


def every_field_is_tagged(**_: Any) -> Iterable[CheckMessage]:
    from relo.core.models import unknown_tags, untagged_fields

    for field in untagged_fields(our_models()):
        yield Error(f"{field} has no privacy tag", hint="Add it to PRIVACY of its model.", id="relo.E001")
    for field in unknown_tags(our_models()):
        yield Error(f"PRIVACY tags {field}, which does not exist", hint="Remove the tag.", id="relo.E002")
