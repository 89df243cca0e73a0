"""The API of holds and of applications under one case."""

import json
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import inputs
from cases.api.views import KEY, REFUSALS, parsed
from cases.attempts import attempts_of
from cases.models import Attempt, Hold
from cases.selectors import visible_case
from cases.services.attempting import ask_visa
from cases.services.holding import hold_case, resume_case
from relo.accounts.roles import Permission
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.core.actors import Actor


class HoldOut(serializers.ModelSerializer[Hold]):
    class Meta:
        model = Hold
        fields = ("reason", "until", "held_by", "held_at", "ended_by", "ended_at")
        read_only_fields = fields


class AttemptOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    asked_class = serializers.CharField(allow_blank=True)
    asked_entries = serializers.IntegerField(allow_null=True)
    asked_stay_days = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField(allow_blank=True, help_text="empty while it goes on")
    ended_on = serializers.DateField(allow_null=True)
    post = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    planned_hand_in = serializers.DateField(allow_null=True)
    packet = serializers.IntegerField(allow_null=True)
    papers = serializers.ListField(child=serializers.DictField(), help_text="accepted when it ended, with their dates")
    facts = serializers.DictField(
        allow_null=True, help_text="as they were told when it ended; null for who may not change the case"
    )


ATTEMPT = (
    "number", "asked_class", "asked_entries", "asked_stay_days", "outcome", "ended_on", "post", "reason",
    "planned_hand_in", "packet", "papers",
)  # fmt: skip


class HoldView(ApiView):
    @extend_schema(
        operation_id="holdCase", request=inputs.HoldIn, parameters=[KEY], responses={200: HoldOut, **REFUSALS}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Put the case on hold. What reminds of our asking rests; days of the law are still told of."""

        def act() -> Response:
            hold = hold_case(case_id=case_id, actor=self.actor(request), **parsed(inputs.HoldIn, request))
            return Response(HoldOut(hold).data)

        return answered_once(request, act)


class ResumeView(ApiView):
    @extend_schema(operation_id="resumeCase", request=None, parameters=[KEY], responses={200: HoldOut, **REFUSALS})
    def post(self, request: Request, case_id: UUID) -> Response:
        """Go on after a hold. What was to be reminded of meanwhile is planned again."""

        def act() -> Response:
            return Response(HoldOut(resume_case(case_id=case_id, actor=self.actor(request))).data)

        return answered_once(request, act)


class AttemptsView(ApiView):
    @extend_schema(operation_id="listAttempts", responses={200: AttemptOut(many=True), 404: REFUSALS[404]})
    def get(self, request: Request, case_id: UUID) -> Response:
        """The applications under this case, with what was used in each that ended."""
        actor = self.actor(request)
        return Response([attempt_out(attempt, actor) for attempt in attempts_of(visible_case(case_id, actor))])


class AskedVisaView(ApiView):
    @extend_schema(operation_id="noteAskedVisa", request=inputs.AskedVisaIn, responses={200: AttemptOut, **REFUSALS})
    def post(self, request: Request, case_id: UUID) -> Response:
        """Note which visa the form of the present application asks for."""
        sent, actor = parsed(inputs.AskedVisaIn, request), self.actor(request)
        attempt = ask_visa(
            case_id=case_id,
            visa_class=sent.get("visa_class", ""),
            entries=sent.get("entries"),
            stay_days=sent.get("stay_days"),
            actor=actor,
        )
        return Response(attempt_out(attempt, actor))


def attempt_out(attempt: Attempt, actor: Actor) -> dict[str, Any]:
    told = {name: getattr(attempt, name) for name in ATTEMPT}
    return {**told, "facts": json.loads(attempt.facts or "{}") if actor.may(Permission.EDIT_CASES) else None}
