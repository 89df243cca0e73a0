"""How often the candidate wants to be reminded by e-mail."""

from django.http import HttpResponse
from django.urls import reverse

from cases.models import Candidate, ReminderPace
from cases.portal.views import CaseView
from cases.services.pausing import set_pace
from relo.portal.views import CandidateRequest, SeeOther


class PaceView(CaseView):
    def get(self, request: CandidateRequest) -> HttpResponse:
        candidate = Candidate.objects.get(pk=request.actor.ref)
        context = {
            "choices": ReminderPace.choices,
            "pace": candidate.reminder_pace,
            "saved": "saved" in request.GET,
            "address_failed": candidate.address_failed_at is not None,
        }
        return self.page(request, "portal/reminders.html", context)

    def post(self, request: CandidateRequest) -> HttpResponse:
        set_pace(
            candidate_id=Candidate.objects.get(pk=request.actor.ref).pk,
            pace=request.POST.get("pace", ""),
            actor=request.actor,
        )
        return SeeOther(reverse("portal:reminders") + "?saved")
