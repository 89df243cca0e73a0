"""Requests are read strictly: a mistyped name must not pass as "left out". All faults are told at once."""

from typing import Any, NoReturn, cast

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        faults: dict[str, Any] = {}
        if isinstance(data, dict):
            message = _("There is no such field. See /api/docs/ for those there are.")
            faults = {name: [message] for name in sorted(set(data) - set(self.fields))} | self.more_faults(data)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as refusal:
            raise serializers.ValidationError(faults | cast(dict[str, Any], refusal.detail)) from None
        if faults:
            raise serializers.ValidationError(faults)
        return value

    def more_faults(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is wrong with the fields taken together, besides what is wrong with each."""
        return {}

    def create(self, validated_data: Any) -> NoReturn:
        raise TypeError("services write, serializers do not")

    def update(self, instance: Any, validated_data: Any) -> NoReturn:
        raise TypeError("services write, serializers do not")


class StrictSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = StrictSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False}
