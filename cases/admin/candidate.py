from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.admin.country_names import country_name
from cases.admin.filters import candidates_matching
from cases.admin.links import act_url, case_url
from cases.models import Candidate, Case
from cases.packs import pack_of_case
from cases.selectors import cases_visible_to
from relo.accounts.roles import Permission
from relo.desk.base import AgencyAdmin
from relo.desk.requests import staff


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
        number = row.passport_number
        return {
            "title": row.name,
            "candidate": row,
            "cases": [_shown(case) for case in cases],
            "nationalities": self.nationality(row),
            "residence": self.residence(row),
            # Whole only for those who work with it; others see enough to compare.
            "passport": number if actor.may(Permission.EDIT_CASES) else "•••" + number[-3:] if number else "",
            "may_open": actor.may(Permission.OPEN_CASES),
            "may_edit": actor.may(Permission.EDIT_CASES),
        }


def _shown(case: Case) -> dict[str, Any]:
    return {
        "case": case,
        "url": case_url(case),
        "facts_url": act_url(case, "facts") if case.closed_at is None else "",
        "stage": pack_of_case(case).stage(case.stage).name,
        "route": pack_of_case(case).name,
    }
