from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.admin.checklist import KINDS
from cases.admin.edition_panels import edition_context
from cases.admin.evidence import shown
from cases.admin.part_fields import SEVERITIES
from cases.admin.route_acts import EditionActs
from cases.models import RouteVersion, WhoseTurn
from cases.packs import pack_of
from cases.routes.comparing_words import shelf_life_in_words
from cases.routes.schema import Pack, Requirement
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.languages import in_language
from relo.desk.base import AgencyAdmin
from relo.desk.requests import agency_in, staff
from relo.desk.wording import day_in_words


@admin.register(RouteVersion)
class RouteVersionAdmin(EditionActs, AgencyAdmin[RouteVersion]):
    """Editions: what is asked, by which rules, who says so, what nobody has said. The agency makes its own here."""

    view_permission = Permission.VIEW_ROUTES
    place: ClassVar[int | None] = 5
    detail_template = "admin/cases/routeversion/route.html"

    list_display = ("route", "code", "edition", "state", "owner", "published_on")
    ordering = ("code", "-published_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RouteVersion]:
        return super().get_queryset(request).defer("content")

    @admin.display(description=_("name"))
    def route(self, version: RouteVersion) -> str:
        return in_language(pack_of(version).name)

    @admin.display(description=_("status"))
    def state(self, version: RouteVersion) -> str:
        return version.get_status_display()

    @admin.display(description=_("origin"))
    def owner(self, version: RouteVersion) -> str:
        return "relo" if version.agency_id is None else str(_("Our edition"))

    @admin.display(description=_("published on"), empty_value="–")
    def published_on(self, version: RouteVersion) -> Any:
        return day_in_words(version.published_at) if version.published_at else None

    def detail(self, request: HttpRequest, row: RouteVersion) -> dict[str, Any]:
        pack, today = pack_of(row), clock.today(agency_in(request).time_zone)

        def with_evidence(parts: Any) -> list[dict[str, Any]]:
            return [{"part": part, "evidence": shown(part.evidence, today)} for part in parts]

        return {
            "title": in_language(pack.name),
            "version": row,
            "pack": pack,
            "legal_basis": shown(pack.legal_basis.evidence, today),
            "right_to_work": shown(pack.right_to_work.evidence, today),
            "stages": [
                {"part": stage, "evidence": shown(stage.evidence, today), "acts": WhoseTurn(stage.acts).label,
                 "requirements": [_requirement(r, today) for r in pack.requirements if r.stage == stage.code],
                 "moves": [_move(move, pack) for move in pack.moves_from(stage.code)]}
                for stage in pack.stages
            ],
            "rules": [
                {"part": rule, "evidence": shown(rule.evidence, today), "severity": SEVERITIES[rule.severity]}
                for rule in pack.rules
            ],
            "fees": with_evidence(pack.fees),
            "reminders": with_evidence(pack.reminders),
            "questions": with_evidence(pack.open_questions),
            **edition_context(row, pack, staff(request)),
        }  # fmt: skip


def _requirement(requirement: Requirement, today: Any) -> dict[str, Any]:
    return {
        "part": requirement,
        "evidence": shown(requirement.evidence, today),
        "kind": KINDS[requirement.kind],
        "shelf_life": shelf_life_in_words(requirement.shelf_life) if requirement.shelf_life else None,
        "provider": WhoseTurn(requirement.provider).label,
    }


def _move(move: Any, pack: Pack) -> dict[str, Any]:
    return {"label": move.label, "target": pack.stage(move.target).name}
