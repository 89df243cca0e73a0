"""The API of routes and cases. Each view parses, calls one selector or service, and renders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import inputs, outputs
from cases.api.item_outputs import ItemOut, items_out
from cases.api.texts import text_out
from cases.packs import pack_of, pack_of_case, published_version, published_versions
from cases.search import searched
from cases.selectors import (
    cases_visible_to,
    findings_of,
    moves_of,
    reminders_of,
    timeline_of,
    visible_case,
)
from cases.services.candidates import NewCandidate
from cases.services.changing import UNCHANGED, change_case
from cases.services.checklist import settle_item, waive_item
from cases.services.deciding import decide_finding
from cases.services.moving import move_case
from cases.services.opening import open_case
from relo.accounts.roles import Permission
from relo.api.base import ApiView
from relo.api.idempotency import answered_once
from relo.api.pagination import CursorPages
from relo.api.problems import ProblemSerializer
from relo.api.strict import StrictSerializer
from relo.core.errors import Invalid

CANDIDATE_COLUMNS = (
    "given_names",
    "family_name",
    "chinese_name",
    "email",
    "language",
    "time_zone",
    "passport_number",
    "date_of_birth",
    "residence_country",
)
REFUSALS = {400: ProblemSerializer, 403: ProblemSerializer, 404: ProblemSerializer, 409: ProblemSerializer}
KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeats of a key act once.")


class NewestEvents(CursorPages):
    ordering = ("-id",)


class RoutesView(ApiView):
    @extend_schema(operation_id="listRoutes", responses=outputs.RouteRefOut(many=True))
    def get(self, request: Request) -> Response:
        """The routes that are published."""
        self.actor(request).require(Permission.VIEW_ROUTES)
        packs = [pack_of(version) for version in published_versions()]
        return Response([{"code": p.code, "edition": p.edition, "name": text_out(p.name)} for p in packs])


class RouteView(ApiView):
    @extend_schema(operation_id="getRoute", responses={200: outputs.RouteOut, 404: ProblemSerializer})
    def get(self, request: Request, code: str) -> Response:
        """The published version of a route: stages, moves, requirements, rules, reminders, fees, open questions."""
        self.actor(request).require(Permission.VIEW_ROUTES)
        return Response(outputs.route_out(pack_of(published_version(code))))


class CasesView(ApiView):
    @extend_schema(
        operation_id="listCases",
        parameters=[
            OpenApiParameter("stage", str),
            OpenApiParameter("route", str),
            OpenApiParameter("manager", int),
            OpenApiParameter("whose_turn", str),
            OpenApiParameter("updated_since", OpenApiTypes.DATETIME),
            OpenApiParameter("q", str, description="reference, name, e-mail, or a whole passport number"),
            OpenApiParameter("cursor", str),
            OpenApiParameter("page_size", int),
        ],
        responses={200: outputs.CasePageOut, 400: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """The agency's cases, the latest change first."""
        cases = (
            cases_visible_to(self.actor(request))
            .select_related("candidate", "route_version")
            .defer("route_version__content")
        )
        for name, column in (("stage", "stage"), ("route", "route_code"), ("whose_turn", "whose_turn")):
            if value := request.query_params.get(name):
                cases = cases.filter(**{column: value})
        if manager := request.query_params.get("manager"):
            cases = cases.filter(manager_id=_whole_number(manager))
        if since := request.query_params.get("updated_since"):
            cases = cases.filter(updated_at__gte=_moment(since))
        if words := request.query_params.get("q"):
            cases = searched(cases, words)
        pages = CursorPages()
        page = pages.paginate_queryset(cases, request, view=self) or []
        return pages.get_paginated_response([outputs.case_out(case) for case in page])

    @extend_schema(
        operation_id="openCase", request=inputs.CaseIn, parameters=[KEY], responses={201: outputs.CaseOut, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        """Open a case for a new candidate, or for one the agency knows. What is left out is unknown, never no."""
        return answered_once(request, lambda: self._open(request))

    def _open(self, request: Request) -> Response:
        sent = parsed(inputs.CaseIn, request)
        case = open_case(
            route_code=sent["route"],
            candidate=_candidate(sent["candidate"]),
            external_ref=sent.get("external_ref", ""),
            planned_hand_in=sent.get("planned_hand_in"),
            manager_id=sent.get("manager"),
            actor=self.actor(request),
        )
        return Response(outputs.case_out(case), status=201)


class CaseView(ApiView):
    @extend_schema(operation_id="getCase", responses={200: outputs.CaseOut, 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """One case, with its stage, whose turn it is, and how far it is."""
        return Response(outputs.case_out(visible_case(case_id, self.actor(request))))

    @extend_schema(operation_id="changeCase", request=inputs.CasePatchIn, responses={200: outputs.CaseOut, **REFUSALS})
    def patch(self, request: Request, case_id: UUID) -> Response:
        """Change details, facts, the post, or all. The checklist follows each change."""
        sent, actor = parsed(inputs.CasePatchIn, request), self.actor(request)
        change_case(
            case_id=case_id,
            planned_hand_in=sent.get("planned_hand_in", UNCHANGED),
            manager_id=sent.get("manager", UNCHANGED),
            external_ref=sent.get("external_ref", UNCHANGED),
            facts=sent.get("facts", {}),
            post_id=sent.get("post", UNCHANGED),
            actor=actor,
        )
        return Response(outputs.case_out(visible_case(case_id, actor)))


class ChecklistView(ApiView):
    @extend_schema(operation_id="getChecklist", responses={200: ItemOut(many=True), 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """What is asked for in this case, each with its state."""
        actor = self.actor(request)
        return Response(items_out(visible_case(case_id, actor), actor))


class EligibilityView(ApiView):
    @extend_schema(
        operation_id="getEligibility", responses={200: outputs.FindingOut(many=True), 404: ProblemSerializer}
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """What the rules say about the candidate. `needs_review` with `missing`: tell these facts first."""
        case = visible_case(case_id, self.actor(request))
        pack = pack_of_case(case)
        return Response([outputs.finding_out(row, pack) for row in findings_of(case, pack)])


class DecideView(ApiView):
    @extend_schema(
        operation_id="decideFinding", request=inputs.DecideIn, responses={200: outputs.DecisionOut, **REFUSALS}
    )
    def post(self, request: Request, case_id: UUID, rule: str) -> Response:
        """Record a person's decision on a rule that answers `needs_review`."""

        def act() -> Response:
            sent = parsed(inputs.DecideIn, request)
            decision = decide_finding(case_id=case_id, rule=rule, actor=self.actor(request), **sent)
            return Response(outputs.DecisionOut(decision).data)

        return answered_once(request, act)


class TimelineView(ApiView):
    @extend_schema(operation_id="getTimeline", responses={200: outputs.EventPageOut, 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """What happened in the case, the latest first."""
        actor = self.actor(request)
        case = visible_case(case_id, actor)
        pages, pack = NewestEvents(), pack_of_case(case)
        page = pages.paginate_queryset(timeline_of(case), request, view=self) or []
        return pages.get_paginated_response([outputs.event_out(event, pack, actor) for event in page])


class RemindersView(ApiView):
    @extend_schema(operation_id="getReminders", responses={200: outputs.ReminderOut(many=True), 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """Reminders planned, sent and skipped, in order of their day."""
        case = visible_case(case_id, self.actor(request))
        pack = pack_of_case(case)
        return Response([outputs.reminder_out(reminder, pack) for reminder in reminders_of(case)])


class MovesView(ApiView):
    @extend_schema(operation_id="listMoves", responses={200: outputs.MoveOut(many=True), 404: ProblemSerializer})
    def get(self, request: Request, case_id: UUID) -> Response:
        """The moves out of the present stage, each with everything that keeps it shut."""
        case = visible_case(case_id, self.actor(request))
        pack = pack_of_case(case)
        return Response([outputs.move_out(row, pack) for row in moves_of(case)])

    @extend_schema(
        operation_id="moveCase",
        request=inputs.MoveIn,
        parameters=[KEY],
        responses={200: outputs.CaseOut, **REFUSALS, 409: outputs.GateClosedOut},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Make a move. A shut one is refused with every blocker."""

        def act() -> Response:
            sent, actor = parsed(inputs.MoveIn, request), self.actor(request)
            return Response(
                outputs.case_out(move_case(case_id=case_id, move_name=sent.pop("move"), actor=actor, **sent))
            )

        return answered_once(request, act)


class SettleView(ApiView):
    @extend_schema(operation_id="settleItem", request=inputs.SettleIn, responses={200: ItemOut, **REFUSALS})
    def post(self, request: Request, case_id: UUID, code: str) -> Response:
        """Accept a requirement by hand: a step that was done, or paper over the counter."""

        def act() -> Response:
            sent = parsed(inputs.SettleIn, request)
            item = settle_item(case_id=case_id, code=code, on=sent.pop("date", None), actor=self.actor(request), **sent)
            return _item_response(self, request, item.case_id, item)

        return answered_once(request, act)


class WaiveView(ApiView):
    @extend_schema(operation_id="waiveItem", request=inputs.WaiveIn, responses={200: ItemOut, **REFUSALS})
    def post(self, request: Request, case_id: UUID, code: str) -> Response:
        """Set a requirement aside for this case."""

        def act() -> Response:
            reason = parsed(inputs.WaiveIn, request)["reason"]
            item = waive_item(case_id=case_id, code=code, reason=reason, actor=self.actor(request))
            return _item_response(self, request, item.case_id, item)

        return answered_once(request, act)


def _item_response(view: ApiView, request: Request, case_id: UUID, item: Any) -> Response:
    actor = view.actor(request)
    [out] = items_out(visible_case(case_id, actor), actor, only=item.code)
    return Response(out)


def parsed(serializer: type[StrictSerializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    read = serializer(data=request.data, partial=partial)
    read.is_valid(raise_exception=True)
    data: dict[str, Any] = dict(read.validated_data)
    return data


def _candidate(sent: dict[str, Any]) -> NewCandidate | UUID:
    if "id" in sent:
        candidate_id: UUID = sent["id"]
        return candidate_id
    columns = {name: sent[name] for name in CANDIDATE_COLUMNS if name in sent}
    known = {*CANDIDATE_COLUMNS, "nationalities"}
    facts = {name: value for name, value in sent.items() if name not in known}
    return NewCandidate(**columns, nationalities=tuple(sent.get("nationalities", ())), facts=facts)


def _whole_number(text: str) -> int:
    try:
        number = int(text)
        if abs(number) < 2**63:
            return number
        raise ValueError
    except ValueError:
        message = _("This must be a whole number.")
        raise Invalid("invalid", message, errors={"manager": message}) from None


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 9000:
        message = _("This must be a time with its zone, such as 2026-11-24T09:00:00Z.")
        raise Invalid("invalid", message, errors={"updated_since": message})
    return moment
