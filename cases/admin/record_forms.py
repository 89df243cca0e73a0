"""A form for each kind of dated record, made from the fields of its model."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.models.process import ProcessRecord
from cases.records import RecordKind
from cases.reminders import instant
from relo.core.fields import EncryptedTextField
from relo.core.zones import time_zone_choices
from relo.desk.fields import DayField, WideText

LONG = 300  # characters from which a line becomes a box


class RecordForm(forms.Form):
    """`row`: what is corrected; None for a new one."""

    def __init__(self, data: Any = None, *, kind: RecordKind, case: Case, row: ProcessRecord | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        fields = {field.name: field for field in kind.model._meta.concrete_fields}
        for field in (fields[name] for name in kind.fields):
            self.fields[field.name] = _field_of(field)
            if row is not None:
                self.initial[field.name] = _initial(row, field.name)
            elif field.name == "time_zone":
                self.initial[field.name] = case.candidate.time_zone
            elif field.has_default():
                self.initial[field.name] = field.get_default()

    def said(self) -> Mapping[str, Any]:
        """As the services take it; a moment is read in the zone of its place."""
        given = dict(self.cleaned_data)
        moment = given.get("at")
        if isinstance(moment, datetime):
            given["at"] = instant(moment.date(), moment.time(), ZoneInfo(given["time_zone"]))
        return given


def _field_of(field: "models.Field[Any, Any]") -> forms.Field:
    shared: dict[str, Any] = {"label": _capital(field), "required": not (field.blank or field.null)}
    if field.name == "time_zone":
        return forms.ChoiceField(choices=time_zone_choices, **shared)
    if field.choices:
        return forms.ChoiceField(choices=field.choices, **shared)
    if isinstance(field, models.DateTimeField):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        hint = _("Date and time as they read at the place.")
        return forms.DateTimeField(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], help_text=hint, **shared)
    if isinstance(field, models.DateField):
        return DayField(**shared)
    if isinstance(field, EncryptedTextField) and (field.max_length or LONG) > LONG:
        return WideText(**{**shared, "max_length": field.max_length})
    return forms.CharField(max_length=field.max_length, **shared)


def _capital(field: "models.Field[Any, Any]") -> str:
    label = str(field.verbose_name)
    return f"{label[:1].upper()}{label[1:]}"


def _initial(row: ProcessRecord, name: str) -> Any:
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(row.time_zone)).replace(tzinfo=None)  # type: ignore[attr-defined]
    return value
