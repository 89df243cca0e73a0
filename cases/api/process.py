"""The API of what happens around a case: its day of hand-in, and what the authority does."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import inputs
from cases.api.texts import TextOut, text_out
from cases.api.views import REFUSALS, parsed
from cases.hand_in_preview import HandInPreview, preview_hand_in
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.selectors import HandIn, visible_case
from cases.wording import validity_words
from relo.api.base import ApiView


class HandInOut(serializers.Serializer[Any]):
    on = serializers.DateField()
    is_estimate = serializers.BooleanField()


class LapsingOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = TextOut()
    valid_until = serializers.DateField()
    validity = TextOut()


class NamedOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = TextOut()


class ChangedFindingOut(serializers.Serializer[Any]):
    name = TextOut()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class MovedReminderOut(serializers.Serializer[Any]):
    text = TextOut()
    item = TextOut(allow_null=True)
    before = serializers.DateField(allow_null=True, help_text="null: it comes into being")
    after = serializers.DateField(allow_null=True, help_text="null: it is dropped")


class OvertakenOut(serializers.Serializer[Any]):
    text = TextOut()
    on = serializers.DateField()


class HandInPreviewOut(serializers.Serializer[Any]):
    before = HandInOut()
    after = HandInOut()
    lapses = LapsingOut(many=True, help_text="accepted, and no longer good on that day")
    serves_again = NamedOut(many=True)
    needed = NamedOut(many=True)
    not_needed = NamedOut(many=True)
    findings = ChangedFindingOut(many=True, help_text="rules that answer differently; null: not asked")
    reminders = MovedReminderOut(many=True)
    overtaken = OvertakenOut(many=True, help_text="days reminders warn of that the hand-in would come after")
    voids_signature = serializers.BooleanField()
    voids_seal = serializers.BooleanField()
    next_open = serializers.DateField(help_text="later than the day itself where the post is closed then")
    opening_is_estimate = serializers.BooleanField(help_text="holidays up to that day are not all published")


class HandInPreviewView(ApiView):
    @extend_schema(
        operation_id="previewHandIn",
        request=inputs.HandInPreviewIn,
        responses={200: HandInPreviewOut, **REFUSALS},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """What moving the planned hand-in would do. Nothing is saved: `PATCH /cases/{id}/` does that."""
        actor = self.actor(request)
        day = parsed(inputs.HandInPreviewIn, request)["planned_hand_in"]
        preview = preview_hand_in(case_id=case_id, planned_hand_in=day, actor=actor)
        return Response(preview_out(preview, pack_of_case(visible_case(case_id, actor))))


def preview_out(preview: HandInPreview, pack: Pack) -> dict[str, Any]:
    def named(code: str) -> dict[str, Any]:
        return {"code": code, "name": text_out(pack.requirement(code).name)}

    def hand_in(day: HandIn) -> dict[str, Any]:
        return {"on": day.on, "is_estimate": day.is_estimate}

    return {
        "before": hand_in(preview.before),
        "after": hand_in(preview.after),
        "lapses": [
            {**named(item.code), "valid_until": item.valid_until, "validity": text_out(words)}
            for item in preview.lapses
            if (words := validity_words(item, preview.after, whose="your"))
        ],
        "serves_again": [named(item.code) for item in preview.serves_again],
        "needed": [named(code) for code in preview.needed],
        "not_needed": [named(code) for code in preview.not_needed],
        "findings": [
            {"name": text_out(one.name), "before": one.before, "after": one.after} for one in preview.findings
        ],
        "reminders": [
            {
                "text": text_out(one.text),
                "item": text_out(one.item) if one.item else None,
                "before": one.before,
                "after": one.after,
            }
            for one in preview.reminders
        ],
        "overtaken": [{"text": text_out(one.text), "on": one.on} for one in preview.overtaken],
        "voids_signature": preview.voids_signature,
        "voids_seal": preview.voids_seal,
        "next_open": preview.next_open,
        "opening_is_estimate": preview.opening_is_estimate,
    }
