from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.filters import candidates_matching
from cases.admin.links import act_url, case_url
from cases.country_names import country_name
from cases.models import Candidate, Case
from cases.packs import pack_of_case
from cases.selectors import candidates_visible_to, cases_visible_to
from cases.services.portal_access import restore_access, withdraw_access
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.desk.acting import act, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.requests import staff, staff_who_may
from relo.portal.access import withdrawn_at


@admin.register(Candidate)
class CandidateAdmin(AgencyAdmin[Candidate]):
    """A person enters with their first case; what is known of them is changed from a case, which follows the change."""

    view_permission = Permission.VIEW_CASES
    place: ClassVar[int | None] = 2
    detail_template = "admin/cases/candidate/candidate.html"

    list_display = ("person", "email", "nationality", "residence")
    ordering = ("given_names", "family_name", "id")
    search_fields = ("given_names",)  # what is searched stands in candidates_matching()
    search_help_text = _("Name, e-mail, or the whole passport number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Candidate]:
        return candidates_visible_to(staff(request))

    def acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:candidate_id>/withdraw-access/", "withdraw_access", self.withdraw_access),
            ("<uuid:candidate_id>/restore-access/", "restore_access", self.restore_access),
        ]

    @refusals_are_answers
    def withdraw_access(self, request: HttpRequest, candidate_id: UUID) -> HttpResponse:
        return _changed_access(request, candidate_id, withdraw_access, _("Access is withdrawn."))

    @refusals_are_answers
    def restore_access(self, request: HttpRequest, candidate_id: UUID) -> HttpResponse:
        return _changed_access(request, candidate_id, restore_access, _("Access is given again."))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Candidate], search_term: str
    ) -> tuple[QuerySet[Candidate], bool]:
        term = search_term.strip()
        return (candidates_matching(queryset, term) if term else queryset), False

    @admin.display(description=_("name"))
    def person(self, candidate: Candidate) -> str:
        return f"{candidate.name} {candidate.chinese_name}".strip()

    @admin.display(description=_("nationalities"))
    def nationality(self, candidate: Candidate) -> str:
        return gettext(", ").join(country_name(code) for code in candidate.nationalities)

    @admin.display(description=_("country or region of residence"), empty_value="–")
    def residence(self, candidate: Candidate) -> str:
        return country_name(candidate.residence_country)

    def detail(self, request: HttpRequest, row: Candidate) -> dict[str, Any]:
        actor = staff(request)
        cases = (
            cases_visible_to(actor)
            .filter(candidate=row)
            .select_related("route_version")
            .defer("route_version__content")
            .order_by("-opened_at")
        )
        return {
            "title": row.name,
            "candidate": row,
            "cases": [_shown(case) for case in cases],
            "nationalities": self.nationality(row),
            "residence": self.residence(row),
            "passport": number_for(row.passport_number, actor),
            "withdrawn_at": withdrawn_at(row.pk),
            "may_open": actor.may(Permission.OPEN_CASES),
            "may_edit": actor.may(Permission.EDIT_CASES),
        }


def number_for(number: str, actor: Actor) -> str:
    """Of a passport: whole only for those who work with it; others see enough to compare."""
    return number if actor.may(Permission.EDIT_CASES) else "•••" + number[-3:] if number else ""


def _changed_access(request: HttpRequest, candidate_id: UUID, service: Callable[..., None], done: Any) -> HttpResponse:
    actor = staff_who_may(request, Permission.EDIT_CASES)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    back_to = reverse("admin:cases_candidate_change", args=[candidate_id])
    return act(request, lambda: service(candidate_id=candidate_id, actor=actor), done=str(done), back_to=back_to)


def _shown(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "url": case_url(case),
        "facts_url": act_url(case, "facts") if case.closed_at is None else "",
        "stage": pack_of_case(case).stage(case.stage).name,
        "route": pack_of_case(case).name,
    }
