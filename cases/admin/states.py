"""What becomes of an application: refused, withdrawn, more papers, on hold; and the applications that ended."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.act_forms import AskedVisaForm, HoldForm, LeaveForm, PassportForm
from cases.admin.links import case_url
from cases.admin.parts import CasePart, Section
from cases.attempts import Difference, asks_reason, attempts_of, differences
from cases.models import Attempt, Case
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.selectors import facts_of, visible_case
from cases.services.attempting import ask_visa
from cases.services.holding import hold_case, resume_case
from cases.services.moving import move_case
from cases.services.passports import renew_passport
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.languages import in_language
from relo.desk.acting import act, refusals_are_answers
from relo.desk.requests import staff, staff_who_may


def leave_url(case: Case, move_name: str) -> str:
    return reverse("admin:cases_case_leave", args=[case.pk, move_name])


class StateActs:
    """Mixed into CaseActs, which gives `_from_form()`."""

    _from_form: Callable[..., HttpResponse]

    def state_acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:case_id>/move/<slug:move_name>/", "leave", self.leave),
            ("<uuid:case_id>/hold/", "hold", self.hold),
            ("<uuid:case_id>/resume/", "resume", self.resume),
            ("<uuid:case_id>/asked-visa/", "asked_visa", self.asked_visa),
            ("<uuid:case_id>/passport/", "passport", self.passport),
        ]

    @refusals_are_answers
    def leave(self, request: HttpRequest, case_id: UUID, move_name: str) -> HttpResponse:
        """A move that says what became of the application."""
        actor = staff_who_may(request, Permission.MOVE_CASES)
        case = visible_case(case_id, actor)
        moves = (move for move in pack_of_case(case).moves_from(case.stage) if move.name == move_name)
        move = next(moves, None)
        if move is None or not asks_reason(move):
            raise Http404
        form = LeaveForm(request.POST or None, today=clock.today(case.agency.time_zone))
        return self._from_form(
            request, case, form,
            lambda: move_case(case_id=case_id, move_name=move_name, actor=actor, **form.cleaned_data),
            title=in_language(move.label), done_with=_("Recorded."), submit=in_language(move.label), anchor="moves",
        )  # fmt: skip

    @refusals_are_answers
    def hold(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.MOVE_CASES)
        case = visible_case(case_id, actor)
        form = HoldForm(request.POST or None)
        return self._from_form(
            request, case, form, lambda: hold_case(case_id=case_id, actor=actor, **form.cleaned_data),
            title=_("Put on hold"), done_with=_("On hold. Reminders of what is missing rest as well."),
            submit=_("Put on hold"),
        )  # fmt: skip

    @refusals_are_answers
    def resume(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.MOVE_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        done = _("Taken up again. Reminders are planned anew.")
        return act(request, lambda: resume_case(case_id=case_id, actor=actor), done=done, back_to=case_url(case))

    @refusals_are_answers
    def asked_visa(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        now = attempts_of(case).last()
        initial = {
            name: getattr(now, f"asked_{name.removeprefix('visa_')}", None) for name in AskedVisaForm.base_fields
        }
        form = AskedVisaForm(request.POST or None, initial=initial)
        return self._from_form(
            request, case, form, lambda: ask_visa(case_id=case_id, actor=actor, **form.cleaned_data),
            title=_("Visa asked for"), done_with=_("Noted."), submit=_("Save"), anchor="attempts",
        )  # fmt: skip

    @refusals_are_answers
    def passport(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        form = PassportForm(request.POST or None)
        return self._from_form(
            request, case, form, lambda: renew_passport(case_id=case_id, actor=actor, **form.cleaned_data),
            title=_("New passport"), submit=_("Put it in use"), anchor="process",
            done_with=_("The new passport is in use. What carries the number of the old one is asked for again."),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    attempt: Attempt
    papers: list[str]
    differences: list[Difference]


class AttemptsPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        actor, attempts = staff(request), list(attempts_of(case))
        may_edit = actor.may(Permission.EDIT_CASES)
        facts = json.loads(facts_of(case).model_dump_json(exclude_none=True))
        names = {requirement.code: in_language(requirement.name) for requirement in pack.requirements}
        ended = [
            ShownAttempt(
                attempt,
                [names.get(paper["code"], paper["code"]) for paper in attempt.papers],
                differences(attempt, facts) if may_edit else [],
            )
            for attempt in attempts
            if attempt.outcome
        ]
        now = next((attempt for attempt in attempts if not attempt.outcome), None)
        context = {"case": case, "ended": ended, "now": now, "may_edit": may_edit and case.closed_at is None}
        yield Section(
            "attempts", _("Applications"), render_to_string("admin/cases/case/attempts.html", context, request)
        )
