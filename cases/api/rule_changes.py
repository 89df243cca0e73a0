"""New rules that wait for a decision on a case, to read. Deciding takes a person at the admin."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.texts import TextOut, text_out
from cases.changed_rules import name_of_change, packs_of
from cases.models import CaseChange
from cases.routes.impact_words import effect_in_words
from cases.rule_selectors import changes_to_decide
from cases.selectors import visible_case
from cases.snapshots import effect_from
from relo.api.base import ApiView
from relo.api.problems import ProblemSerializer
from relo.core import clock


class EffectOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    subject = serializers.CharField(allow_blank=True)
    text = TextOut()
    was = serializers.DateField(allow_null=True)
    becomes = serializers.DateField(allow_null=True)


class CaseChangeOut(serializers.Serializer[Any]):
    edition = serializers.CharField()
    published_at = serializers.DateTimeField()
    state = serializers.CharField()
    can_migrate = serializers.BooleanField()
    effects = EffectOut(many=True)


class CaseChangesView(ApiView):
    @extend_schema(operation_id="listRuleChanges", responses={200: CaseChangeOut(many=True), 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """New rules that somebody has yet to decide on for this case, the latest first, and what each would do."""
        case = visible_case(case_id, self.actor(request))
        return Response([_change_out(row) for row in changes_to_decide(case, clock.today(case.agency.time_zone))])


def _change_out(row: CaseChange) -> dict[str, Any]:
    old, new = packs_of(row, row.change)
    effects = [effect_from(stored) for stored in row.effects]
    return {
        "edition": name_of_change(row.change),
        "published_at": row.change.made_at,
        "state": row.state,
        "can_migrate": not row.is_blocked,
        "effects": [
            {
                "kind": effect.kind,
                "subject": effect.subject,
                "text": text_out(effect_in_words(effect, old, new)),
                "was": effect.was,
                "becomes": effect.becomes,
            }
            for effect in effects
        ],
    }
