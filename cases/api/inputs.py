"""What a program may send. Types and lengths here; what can be right is the services' business."""

from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

A_SENTENCE = "A sentence that a colleague understands in a year: at least 10 characters."


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know: a mistyped name must not pass as "left out"."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            message = _("There is no such field. See /api/docs/ for those there are.")
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)

    def create(self, validated_data: Any) -> NoReturn:
        raise TypeError("services write, serializers do not")

    def update(self, instance: Any, validated_data: Any) -> NoReturn:
        raise TypeError("services write, serializers do not")


class CandidateIn(StrictSerializer):
    """An existing candidate by `id`, or a new one. The facts are those of the route's fact set; leave out unknowns."""

    id = serializers.UUIDField(required=False)
    given_names = serializers.CharField(max_length=120, required=False)
    family_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    chinese_name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False)
    language = serializers.ChoiceField(choices=["en", "zh-hans"], required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    passport_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    date_of_birth = serializers.DateField(required=False)
    nationalities = serializers.ListField(child=serializers.CharField(max_length=3), max_length=10, required=False)
    residence_country = serializers.CharField(max_length=3, required=False)
    ex_chinese = serializers.BooleanField(required=False)
    chinese_parent_at_birth = serializers.BooleanField(required=False)
    nationality_opinion = serializers.BooleanField(required=False)
    names_differ = serializers.BooleanField(required=False)
    passport = serializers.DictField(required=False)
    legal_stay = serializers.DictField(required=False)
    degrees = serializers.ListField(child=serializers.DictField(), max_length=50, required=False)
    work = serializers.ListField(child=serializers.DictField(), max_length=50, required=False)
    research = serializers.DictField(required=False)
    languages = serializers.DictField(required=False)
    has_offer = serializers.BooleanField(required=False)
    offer = serializers.DictField(required=False)
    work_route_planned = serializers.BooleanField(required=False)
    work_permit = serializers.DictField(required=False)

    def validate(self, attrs: Any) -> Any:
        if "id" in attrs:
            if len(attrs) > 1:
                raise serializers.ValidationError(
                    _("Give `id` alone for an existing candidate, or the details of a new one.")
                )
            return attrs
        missing = [name for name in ("given_names", "email") if not attrs.get(name)]
        if missing:
            raise serializers.ValidationError({name: [_("A new candidate needs this field.")] for name in missing})
        return attrs


class CaseIn(StrictSerializer):
    route = serializers.CharField(max_length=20)
    candidate = CandidateIn()
    external_ref = serializers.CharField(max_length=80, required=False, allow_blank=True)
    planned_hand_in = serializers.DateField(required=False, allow_null=True)
    manager = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class CasePatchIn(StrictSerializer):
    """`facts`: a JSON merge patch (RFC 7396) of the fact set; null makes a fact unknown again."""

    planned_hand_in = serializers.DateField(required=False, allow_null=True)
    external_ref = serializers.CharField(max_length=80, required=False, allow_blank=True)
    manager = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    facts = serializers.DictField(required=False)


class SettleIn(StrictSerializer):
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    date = serializers.DateField(required=False)
    url = serializers.CharField(max_length=500, required=False, allow_blank=True)
    issued_on = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)


class WaiveIn(StrictSerializer):
    reason = serializers.CharField(max_length=2000, help_text=A_SENTENCE)


class DecideIn(StrictSerializer):
    go_ahead = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000, help_text=A_SENTENCE)


class MoveIn(StrictSerializer):
    move = serializers.CharField(max_length=40)
