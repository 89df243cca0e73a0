"""The facts in a request: checked by their own models, and described by them in the schema."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from cases.routes.facts import CandidateFacts, FactFault, FactsInvalid, label, shaped
from cases.services.changing import CASE_FACTS
from relo.core.languages import is_chinese

PERSON_FACTS = tuple(name for name in CandidateFacts.model_fields if name not in CASE_FACTS)
COMPONENTS = "#/components/schemas/"


class FactField(serializers.Field[Any, Any, Any, Any]):
    """One fact of the set, under its own name."""

    def to_internal_value(self, data: Any) -> Any:
        name = str(self.field_name)
        try:
            return getattr(shaped({name: data}), name)
        except FactsInvalid as refusal:
            raise serializers.ValidationError(_told(refusal.faults, below=name)) from None


class FactsPatchField(serializers.DictField):
    """Any of the facts, as a JSON merge patch (RFC 7396): null makes one unknown again."""

    def to_internal_value(self, data: Any) -> Any:
        patch = super().to_internal_value(data)
        try:
            shaped(patch)
        except FactsInvalid as refusal:
            raise serializers.ValidationError(_told(refusal.faults)) from None
        return patch


def _told(faults: Iterable[FactFault], below: str = "") -> list[str] | dict[str, list[str]]:
    """By path; as a plain list where the fault is the value itself."""
    chinese = is_chinese()
    told: dict[str, list[str]] = {}
    for fault in faults:
        path = fault.path.removeprefix(below).removeprefix(".")
        told.setdefault(path, []).append(fault.text.zh if chinese else fault.text.en)
    return told.get("") or told


class FactFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = FactField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        _register_groups(auto_schema)
        return _not_null(_whole()["properties"][self.target.field_name])


class FactsPatchSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = FactsPatchField

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        _register_groups(auto_schema)
        return {name: part for name, part in _whole().items() if name != "$defs"}


def _register_groups(auto_schema: Any) -> None:
    for name, schema in _whole()["$defs"].items():
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        auto_schema.registry.register_on_missing(component)


@cache
def _whole() -> dict[str, Any]:
    """The fact set as JSON Schema, the groups as components, each fact in words."""
    whole: dict[str, Any] = _trimmed(CandidateFacts.model_json_schema(ref_template=COMPONENTS + "{model}"))
    for name, part in whole["properties"].items():
        words = label(name).en
        part["description"] = f"{words[0].upper()}{words[1:]}."
    return whole


def _trimmed(schema: Any) -> Any:
    """Without titles, which repeat the names, and without defaults: what is left out is unknown, not null."""
    if isinstance(schema, list):
        return [_trimmed(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    named = ("properties", "$defs")  # whose keys are names of facts and groups, not words of JSON Schema
    return {
        key: {name: _trimmed(part) for name, part in value.items()} if key in named else _trimmed(value)
        for key, value in schema.items()
        if key not in ("title", "default")
    }


def _not_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    (kind,) = (part for part in schema["anyOf"] if part != {"type": "null"})
    return {**kind, "description": " ".join(part["description"] for part in (schema, kind) if "description" in part)}
