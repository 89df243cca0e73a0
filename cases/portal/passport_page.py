"""The candidate types the two lines of their passport. What differs goes to the agency; nothing changes by itself."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cases.models import Case, PageField
from cases.portal.views import CaseView
from cases.selectors import visible_case
from cases.services.passport_page import LONGEST_LINE, Compared, compare_passport_page
from relo.core.errors import Invalid, NotFound, ReloError
from relo.portal.views import CandidateRequest, SeeOther


class PassportPageView(CaseView):
    def get(self, request: CandidateRequest, case_id: UUID) -> HttpResponse:
        case = visible_case(case_id, request.actor)
        told = request.GET.get("result", "")
        return self._page(
            request, case, agrees=told == "agrees", differs=[f for f in PageField if f in told.split(",")]
        )

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        case = visible_case(case_id, actor)
        first, second = request.POST.get("first", ""), request.POST.get("second", "")
        try:
            compared = compare_passport_page(case_id=case_id, first=first, second=second, actor=actor)
        except NotFound:
            raise
        except ReloError as refusal:
            errors = refusal.errors if isinstance(refusal, Invalid) else {}
            context = {"refusal": refusal.detail, "errors": errors, "first": first, "second": second}
            return self._page(request, case, status=refusal.status, **context)
        return SeeOther(f"{reverse('portal:passport_page', args=[case_id])}?result={_result(compared)}")

    def _page(self, request: Any, case: Case, status: int = 200, **context: Any) -> HttpResponse:
        context |= {"case": case, "longest": LONGEST_LINE}
        return self.page(request, "portal/passport_page.html", context, status=status)


def _result(compared: Compared) -> str:
    """Names of fields alone: an address is written into logs and histories."""
    return ",".join(compared.differ) or "agrees"
