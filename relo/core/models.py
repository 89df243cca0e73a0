"""What every owned model has: an id, an agency, a scoped manager, and a privacy tag for each field."""

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from django.db import models

from relo.core.scoping import OwnedManager, refuse_foreign


class Privacy(StrEnum):
    """What a field holds about a person. Export, erasure and logs go by it.

    Sensitive is PIPL art. 28 and GDPR art. 9/10: identity papers, photographs, health, criminal records.
    """

    NONE = "none"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


def privacy(*, none: str = "", personal: str = "", sensitive: str = "") -> Mapping[str, Privacy]:
    """Tag fields by name, each list separated by blanks: `privacy(personal="given_names email", none="stage")`."""
    tags: dict[str, Privacy] = {}
    for tag, names in ((Privacy.NONE, none), (Privacy.PERSONAL, personal), (Privacy.SENSITIVE, sensitive)):
        tags.update(dict.fromkeys(names.split(), tag))
    return MappingProxyType(tags)


def privacy_of(model: type[models.Model]) -> dict[str, Privacy]:
    """The tags of a model, those of its abstract parents included."""
    tags: dict[str, Privacy] = {}
    for base in reversed(model.__mro__):
        tags.update(vars(base).get("PRIVACY", {}))
    return tags


class OwnedModel(models.Model):
    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="id agency")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+", editable=False)

    objects = OwnedManager()

    class Meta:
        abstract = True
        # Also refresh_from_db(), save() and following a foreign key go through the scope.
        base_manager_name = "objects"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Django deletes a single row by its key alone, past the manager."""
        refuse_foreign(self)
        return super().delete(*args, **kwargs)

    delete.alters_data = True  # type: ignore[attr-defined]


def untagged_fields(model_classes: Iterable[type[models.Model]]) -> list[str]:
    """`app.Model.field` of every concrete field without a privacy tag."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in model_classes
        for field in model._meta.concrete_fields
        if field.name not in privacy_of(model)
    ]


def unknown_tags(model_classes: Iterable[type[models.Model]]) -> list[str]:
    """Tags that name no field: left behind by a rename."""
    found: list[str] = []
    for model in model_classes:
        names: set[Any] = {field.name for field in model._meta.concrete_fields}
        found += [f"{model._meta.label}.{name}" for name in privacy_of(model) if name not in names]
    return found
