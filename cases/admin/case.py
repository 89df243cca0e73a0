from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.acts import CaseActs
from cases.admin.filters import ManagerFilter, OpenFilter, StageFilter, TurnFilter, cases_matching
from cases.admin.links import way_back
from cases.admin.opening import Opening, candidate_of
from cases.admin.post_acts import PostActs
from cases.admin.workspace import workspace
from cases.models import Candidate, Case, RouteVersion, WhoseTurn
from cases.packs import pack_of, pack_of_case, published_versions
from cases.selectors import cases_visible_to, visible_case
from relo.accounts.roles import Permission
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.desk.acting import done, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.requests import staff, staff_who_may
from relo.desk.wording import day_in_words

TURN_TONES = {WhoseTurn.AGENCY: "act", WhoseTurn.NOBODY: "quiet"}


@admin.register(Case)
class CaseAdmin(PostActs, CaseActs, AgencyAdmin[Case]):
    view_permission = Permission.VIEW_CASES
    add_permission = Permission.OPEN_CASES
    place: ClassVar[int | None] = 1
    detail_template = "admin/cases/case/workspace.html"

    list_display = ("reference", "person", "stage_name", "turn", "progress", "hand_in", "case_manager")
    list_filter = (TurnFilter, StageFilter, ManagerFilter, OpenFilter)
    list_select_related = ("candidate", "manager", "route_version")
    ordering = ("-updated_at", "-id")
    search_fields = ("reference",)  # what is searched stands in cases_matching()
    search_help_text = gettext_lazy("Reference, name, e-mail, or the whole passport number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return cases_visible_to(staff(request)).defer("route_version__content")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        term = search_term.strip()
        return (cases_matching(queryset, term) if term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"add_label": _("Open a case"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("candidate"))
    def person(self, case: Case) -> str:
        return case.candidate.name

    @admin.display(description=gettext_lazy("stage"))
    def stage_name(self, case: Case) -> str:
        name = in_language(pack_of_case(case).stage(case.stage).name)
        return format_html('<span class="badge tone-{}">{}</span>', "quiet" if case.closed_at else "stage", name)

    @admin.display(description=gettext_lazy("whose turn"))
    def turn(self, case: Case) -> str:
        turn = WhoseTurn(case.whose_turn)
        return format_html('<span class="badge tone-{}">{}</span>', TURN_TONES.get(turn, "wait"), turn.label)

    @admin.display(description=gettext_lazy("requirements settled"))
    def progress(self, case: Case) -> str:
        return _("%(settled)s of %(total)s") % {"settled": case.items_settled, "total": case.items_total}

    @admin.display(description=gettext_lazy("planned hand-in"), ordering="planned_hand_in", empty_value="–")
    def hand_in(self, case: Case) -> Any:
        return day_in_words(case.planned_hand_in) if case.planned_hand_in else None

    @admin.display(description=gettext_lazy("case manager"), ordering="manager__full_name", empty_value="–")
    def case_manager(self, case: Case) -> Any:
        return case.manager

    def detail(self, request: HttpRequest, row: Case) -> dict[str, Any]:
        case = visible_case(row.pk, staff(request))
        return {"title": f"{case.reference} · {case.candidate.name}", **workspace(request, case)}

    @refusals_are_answers
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open a case, for a new person or for the known one whose id stands in `candidate`."""
        actor = staff_who_may(request, Permission.OPEN_CASES)
        versions = published_versions()
        known = _known_candidate(request)
        version = _chosen(versions, request.GET.get("route", ""))
        if version is None:
            context = self.page(request, title=_("Open a case"), versions=_named(versions), candidate=known)
            return render(request, "admin/cases/case/choose_route.html", context)
        posted = request.POST if request.method == "POST" else None
        opening = Opening(posted, version=version, known=known, actor=actor)
        if posted is not None and opening.is_valid():
            try:
                case = opening.open()
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                opening.refuse(refusal)
            else:
                return done(
                    request, _("Case %(reference)s is open.") % {"reference": case.reference}, way_back(case, actor)
                )
        failed = any(form.errors for form in opening.forms)
        context = self.page(
            request,
            title=_("Open a case"),
            route=pack_of(version).name,
            can_choose=len(versions) > 1,
            opening=opening,
            failed=failed,
        )
        return render(request, "admin/cases/case/open.html", context, status=422 if failed else 200)


def _known_candidate(request: HttpRequest) -> Candidate | None:
    raw = request.GET.get("candidate", "")
    if not raw:
        return None
    candidate = candidate_of(raw, staff(request))
    if candidate is None:
        raise NotFound("not_found", _("There is no such candidate."))
    return candidate


def _chosen(versions: list[RouteVersion], code: str) -> RouteVersion | None:
    if not code:
        return versions[0] if len(versions) == 1 else None
    return next((version for version in versions if version.code == code), None)


def _named(versions: list[RouteVersion]) -> list[dict[str, Any]]:
    add = reverse("admin:cases_case_add")
    return [{"code": v.code, "edition": v.edition, "name": pack_of(v).name, "url": add} for v in versions]
