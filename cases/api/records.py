"""The API of dated records: two addresses for each kind, all to the same services."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.views import KEY, REFUSALS, parsed
from cases.models import AppointmentKind, AppointmentState, NumberKind, Outcome
from cases.models.process import ProcessRecord
from cases.records import KINDS, records_of
from cases.selectors import visible_case
from cases.services.process import add_record, change_record, remove_record
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.api.strict import StrictSerializer


class StatusIn(StrictSerializer):
    on = serializers.DateField()
    status = serializers.CharField(max_length=500, help_text="as the authority words it")


class NumberIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=NumberKind.values)
    number = serializers.CharField(max_length=80)


class ZonedMoment(serializers.DateTimeField):
    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError(_("This must be a time with its zone, such as 2026-11-24T09:00:00Z."))
        return super().enforce_timezone(value)


class AppointmentIn(StrictSerializer):
    kind = serializers.ChoiceField(choices=AppointmentKind.values)
    at = ZonedMoment(help_text="with its zone, such as 2026-11-24T09:00:00Z")
    time_zone = serializers.CharField(max_length=64, help_text="of the place, such as Asia/Shanghai")
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=AppointmentState.values, required=False)


class DecisionOfAuthorityIn(StrictSerializer):
    outcome = serializers.ChoiceField(choices=Outcome.values)
    on = serializers.DateField()
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text="as it was given")


class EntryIn(StrictSerializer):
    entered_on = serializers.DateField()
    left_on = serializers.DateField(required=False, allow_null=True)


class AddressIn(StrictSerializer):
    line = serializers.CharField(max_length=300)
    since = serializers.DateField()
    until = serializers.DateField(required=False, allow_null=True)
    registered_on = serializers.DateField(required=False, allow_null=True)


class RecordOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    attempt = serializers.IntegerField(help_text="the application it belongs to; the first is 1")
    noted_by = serializers.CharField()
    noted_at = serializers.DateTimeField()


class StatusRecordOut(RecordOut, StatusIn):
    pass


class NumberRecordOut(RecordOut, NumberIn):
    pass


class AppointmentRecordOut(RecordOut, AppointmentIn):
    pass


class DecisionRecordOut(RecordOut, DecisionOfAuthorityIn):
    pass


class EntryRecordOut(RecordOut, EntryIn):
    pass


class AddressRecordOut(RecordOut, AddressIn):
    pass


# Code of the kind -> name in addresses, what is sent, what is told.
DOORS: dict[str, tuple[str, type[StrictSerializer], type[RecordOut]]] = {
    "status": ("statuses", StatusIn, StatusRecordOut),
    "number": ("application-numbers", NumberIn, NumberRecordOut),
    "appointment": ("appointments", AppointmentIn, AppointmentRecordOut),
    "decision": ("authority-decisions", DecisionOfAuthorityIn, DecisionRecordOut),
    "entry": ("entries", EntryIn, EntryRecordOut),
    "address": ("addresses", AddressIn, AddressRecordOut),
}


def record_out(row: ProcessRecord, kind: str) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in KINDS[kind].fields}
    return {"id": row.pk, **told, "attempt": row.attempt, "noted_by": row.noted_by, "noted_at": row.noted_at}


def _doors(kind: str) -> list[URLPattern]:
    place, sent, out = DOORS[kind]
    name, label = out.__name__.removesuffix("RecordOut"), KINDS[kind].label.en.lower()

    class RecordsView(ApiView):
        @extend_schema(
            operation_id=f"list{name}Records",
            description=f"{KINDS[kind].label.en}: the records, the newest first.",
            responses={200: out(many=True), 404: REFUSALS[404]},
        )
        def get(self, request: Request, case_id: UUID) -> Response:
            case = visible_case(case_id, self.actor(request))
            return Response([record_out(row, kind) for row in records_of(case, KINDS[kind])])

        @extend_schema(
            operation_id=f"add{name}Record",
            description=f"Note a record ({label}). Facts that follow from it, and the checklist, follow at once.",
            request=sent,
            parameters=[KEY],
            responses={201: out, **REFUSALS},
        )
        def post(self, request: Request, case_id: UUID) -> Response:
            def act() -> Response:
                values, actor = parsed(sent, request), self.actor(request)
                row = add_record(case_id=case_id, kind=kind, values=values, actor=actor)
                return Response(record_out(row, kind), status=201)

            return answered_once(request, act)

    class RecordView(ApiView):
        @extend_schema(
            operation_id=f"change{name}Record",
            description=f"Correct a record ({label}). What is left out stays.",
            request=sent,
            responses={200: out, **REFUSALS},
        )
        def patch(self, request: Request, case_id: UUID, **ids: UUID) -> Response:
            (record_id,) = ids.values()
            values, actor = parsed(sent, request, partial=True), self.actor(request)
            row = change_record(case_id=case_id, kind=kind, record_id=record_id, values=values, actor=actor)
            return Response(record_out(row, kind))

        @extend_schema(
            operation_id=f"remove{name}Record",
            description=f"Take out a record ({label}) that was noted by mistake.",
            responses={204: None, **REFUSALS},
        )
        def delete(self, request: Request, case_id: UUID, **ids: UUID) -> Response:
            (record_id,) = ids.values()
            remove_record(case_id=case_id, kind=kind, record_id=record_id, actor=self.actor(request))
            return Response(status=204)

    return [
        path(f"cases/<uuid:case_id>/{place}/", RecordsView.as_view(), name=f"{kind}_records"),
        path(f"cases/<uuid:case_id>/{place}/<uuid:{kind}_id>/", RecordView.as_view(), name=f"{kind}_record"),
    ]


urlpatterns = [pattern for kind in DOORS for pattern in _doors(kind)]
