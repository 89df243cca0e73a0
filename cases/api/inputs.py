"""What a program may send. Types and lengths here; what can be right is the services' business."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cases.api.facts import FactField, FactsPatchField
from relo.api.strict import StrictSerializer

A_SENTENCE = "A sentence that a colleague understands in a year: at least 10 characters."


class CandidateIn(StrictSerializer):
    """An existing candidate by `id`, or a new one. The facts are those of the route's fact set; leave out unknowns."""

    id = serializers.UUIDField(required=False)
    given_names = serializers.CharField(max_length=120, required=False)
    family_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    chinese_name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(
        max_length=254,
        required=False,
        error_messages={"invalid": _("Write a whole e-mail address, such as anna@example.org.")},
    )
    language = serializers.ChoiceField(choices=["en", "zh-hans"], required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    passport_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    date_of_birth = FactField(required=False)
    nationalities = FactField(required=False)
    residence_country = FactField(required=False)
    ex_chinese = FactField(required=False)
    chinese_parent_at_birth = FactField(required=False)
    nationality_opinion = FactField(required=False)
    names_differ = FactField(required=False)
    passport = FactField(required=False)
    legal_stay = FactField(required=False)
    degrees = FactField(required=False)
    work = FactField(required=False)
    research = FactField(required=False)
    languages = FactField(required=False)
    has_offer = FactField(required=False)
    offer = FactField(required=False)
    work_route_planned = FactField(required=False)
    purpose_of_stay = FactField(required=False)
    planned_stay_days = FactField(required=False)
    visa_free_entry = FactField(required=False)
    dependants = FactField(required=False)
    work_permit = FactField(required=False)

    def more_faults(self, data: dict[str, Any]) -> dict[str, Any]:
        if "id" in data:
            others = _("Give `id` alone for an existing candidate, or the details of a new one.")
            return {"id": [others]} if len(data) > 1 else {}
        missing = [name for name in ("given_names", "email") if name not in data]
        return {name: [_("A new candidate needs this field.")] for name in missing}


class CaseIn(StrictSerializer):
    route = serializers.CharField(max_length=20)
    candidate = CandidateIn()
    external_ref = serializers.CharField(max_length=80, required=False, allow_blank=True)
    planned_hand_in = serializers.DateField(required=False, allow_null=True)
    manager = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class CasePatchIn(StrictSerializer):
    """`facts`: a JSON merge patch (RFC 7396) of the fact set; null makes a fact unknown again.

    `post`: where the case is handed in, by its id; null takes it out. Sent again, it brings what the post asks now.
    """

    planned_hand_in = serializers.DateField(required=False, allow_null=True)
    external_ref = serializers.CharField(max_length=80, required=False, allow_blank=True)
    manager = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    facts = FactsPatchField(required=False)
    post = serializers.UUIDField(required=False, allow_null=True)


class HandInPreviewIn(StrictSerializer):
    planned_hand_in = serializers.DateField(allow_null=True, help_text="the day to try; null: go by the estimate")


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
    """`reason` and `on`: for a move with `asks_reason`; what the authority or the candidate said, and the day of it."""

    move = serializers.CharField(max_length=40)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text=A_SENTENCE)
    on = serializers.DateField(required=False, help_text="today if left out")


class HoldIn(StrictSerializer):
    reason = serializers.CharField(max_length=2000, help_text=A_SENTENCE)
    until = serializers.DateField(required=False, allow_null=True, help_text="when to look at it again")


class AskedVisaIn(StrictSerializer):
    """What the form asks for. `entries` 99: multiple."""

    visa_class = serializers.CharField(max_length=3, required=False, allow_blank=True)
    entries = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=99)
    stay_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3650)
