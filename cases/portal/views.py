"""Pages about the case. Each finds the candidate's own case, asks a selector, and renders."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from cases.models import Candidate, Case
from cases.packs import pack_of_case
from cases.portal.home import home_of
from cases.portal.stages import way_of
from cases.portal.words import TURNS
from cases.selectors import cases_visible_to, timeline_of, visible_case
from relo.core.languages import in_language
from relo.portal.views import CandidateRequest, CandidateView


class CaseView(CandidateView):
    """Times are those of where the candidate lives, and say so."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (actor := getattr(request, "actor", None)) is None:
            return super().dispatch(request, *args, **kwargs)
        zone = Candidate.objects.filter(pk=actor.ref).values_list("time_zone", flat=True).first()
        with timezone.override(ZoneInfo(zone or "UTC")):
            return super().dispatch(request, *args, **kwargs)

    def cases(self, request: CandidateRequest) -> list[Case]:
        with_all = (
            cases_visible_to(request.actor)
            .select_related("candidate", "manager", "route_version", "agency")
            .defer("route_version__content")
        )
        return list(with_all.order_by("-opened_at"))

    def chooser(self, request: CandidateRequest, cases: list[Case]) -> HttpResponse:
        return self.page(request, "portal/chooser.html", {"choices": [_choice(case) for case in cases]})

    def case_page(self, request: CandidateRequest, case: Case) -> HttpResponse:
        several = cases_visible_to(request.actor).exclude(pk=case.pk).exists()
        return self.page(request, "portal/home.html", {"home": home_of(case), "case": case, "several": several})


class HomeView(CaseView):
    """Straight to the case where there is one open; a choice where there are several."""

    def get(self, request: CandidateRequest) -> HttpResponse:
        cases = self.cases(request)
        open_cases = [case for case in cases if case.closed_at is None]
        if len(open_cases) == 1 or len(cases) == 1:
            return self.case_page(request, (open_cases or cases)[0])
        return self.chooser(request, cases)


class ChooserView(CaseView):
    def get(self, request: CandidateRequest) -> HttpResponse:
        return self.chooser(request, self.cases(request))


class OneCaseView(CaseView):
    def get(self, request: CandidateRequest, case_id: UUID) -> HttpResponse:
        return self.case_page(request, visible_case(case_id, request.actor))


def _choice(case: Case) -> dict[str, Any]:
    pack = pack_of_case(case)
    return {
        "case": case,
        "route": in_language(pack.name),
        "stage": way_of(case, pack, timeline_of(case).filter(kind="case.moved").order_by("id")).here.name,
        "turn": TURNS["" if case.closed_at else case.whose_turn][0],
    }
