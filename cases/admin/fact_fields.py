"""A form field for each fact, from the type it has in the fact set. Empty always means unknown."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django import forms
from django.utils.translation import gettext as _
from pydantic import BaseModel

from cases.admin.fact_sections import CHOICES, COUNTRIES, NAMES, ROW_HELP, ROW_LABELS
from cases.country_names import country_choices
from cases.routes.countries import PART_OF_CHINA
from cases.routes.fact_models import CandidateFacts
from cases.routes.facts import label
from relo.core.languages import in_language
from relo.desk.fields import DayField

NOT_KNOWN = ""


def parts_of(name: str) -> Iterator[str]:
    """The paths of a top-level fact: itself, the facts of its group, or those of each of its entries."""
    model = _model_of(name)
    if model is None:
        yield name
        return
    mark = "[]" if _is_list(name) else ""
    for part in model.model_fields:
        yield f"{name}{mark}.{part}"


def field_of(path: str) -> forms.Field:
    field = _plain_field(path)
    field.label = str(ROW_LABELS.get(path) or _label(path))
    field.help_text = str(ROW_HELP.get(path, ""))
    return field


def nationality_field(position: int) -> forms.Field:
    field = _country_field(without=PART_OF_CHINA)
    field.label = _("Nationality") if position == 0 else _("Further nationality")
    return field


def _plain_field(path: str) -> forms.Field:
    if path in COUNTRIES:
        return _country_field()
    kind = _kind_of(path)
    if path in CHOICES:
        values = CHOICES[path]
        return forms.TypedChoiceField(
            choices=[(NOT_KNOWN, _("Not known")), *values],
            coerce=int if kind is int else str,
            empty_value=None,
            required=False,
        )
    if kind is date:
        return DayField(required=False)
    if kind is bool:
        return forms.TypedChoiceField(
            choices=[(NOT_KNOWN, _("Not known")), ("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            required=False,
        )
    if kind is int:
        return forms.IntegerField(required=False)
    if get_origin(kind) is Literal:
        options = [(value, value) for value in get_args(kind)]
        return forms.TypedChoiceField(choices=[(NOT_KNOWN, _("Not known")), *options], empty_value=None, required=False)
    return forms.CharField(required=False, max_length=200, empty_value=None)


def _country_field(without: frozenset[str] = frozenset()) -> forms.Field:
    choices = [(NOT_KNOWN, _("Not known")), *country_choices(without)]
    return forms.TypedChoiceField(choices=choices, empty_value=None, required=False)


def _label(path: str) -> str:
    """ "passport: date of issue" under the heading Passport is "Date of issue"."""
    text = in_language(label(path))
    top = path.partition(".")[0]
    if top in NAMES:
        text = text.rpartition(": ")[2]
    return text[:1].upper() + text[1:]


def _is_list(name: str) -> bool:
    return any(get_origin(part) is tuple for part in _alternatives(CandidateFacts.model_fields[name].annotation))


def _model_of(name: str) -> type[BaseModel] | None:
    """The group or entry behind a top-level fact; None for a single value."""
    for part in _alternatives(CandidateFacts.model_fields[name].annotation):
        inner = get_args(part)[0] if get_origin(part) is tuple else part
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return None


def _kind_of(path: str) -> Any:
    top, _dot, part = path.partition(".")
    fields: Mapping[str, Any] = CandidateFacts.model_fields
    if part:
        model = _model_of(top.removesuffix("[]"))
        fields = model.model_fields if model else fields
    kinds = [kind for kind in _alternatives(fields[part or top].annotation) if kind is not NoneType]
    return kinds[0]


def _alternatives(annotation: Any) -> list[Any]:
    """What stands in a union, with Annotated taken off."""
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [kind for part in get_args(annotation) for kind in _alternatives(part)]
    return [annotation]
