"""The acts on a case, one URL each: read what was sent, call one service, say what came of it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.admin.about import about
from cases.admin.act_forms import AssignForm, DecideForm, ReasonForm, SettleForm
from cases.admin.cures import facts_url
from cases.admin.details import DetailsAct
from cases.admin.evidence import ShownEvidence, shown
from cases.admin.fact_sections import asked_by
from cases.admin.facts_form import FactsForm
from cases.admin.links import case_url, way_back
from cases.admin.passport_page import PassportPageActs
from cases.admin.records import RecordActs
from cases.admin.states import StateActs, leave_url
from cases.models import Case
from cases.packs import pack_of_case
from cases.routes.values import Evidence
from cases.selectors import findings_of, hand_in_of, visible_case
from cases.services.assigning import assign_member, unassign_member
from cases.services.changing import CASE_FACTS, change_case
from cases.services.checklist import refuse_unseen, reopen_item, settle_item, waive_item
from cases.services.deciding import decide_finding, sign_case
from cases.services.locking import item_of
from cases.services.moving import GateClosed, move_case
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.errors import Conflict, Invalid, NotFound, ReloError
from relo.core.languages import in_language
from relo.desk.acting import act, done, put_errors, refusals_are_answers
from relo.desk.requests import staff, staff_who_may

ACT_TEMPLATE = "admin/cases/case/act.html"


class CaseActs(DetailsAct, PassportPageActs, RecordActs, StateActs):
    """Mixed into CaseAdmin, which gives `page()`."""

    page: Callable[..., dict[str, Any]]

    def acts(self) -> list[tuple[str, str, Any]]:
        item, finding = "<uuid:case_id>/items/<slug:code>/", "<uuid:case_id>/findings/<slug:code>/"
        return [
            ("<uuid:case_id>/move/", "move", self.move),
            ("<uuid:case_id>/sign/", "sign", self.sign),
            ("<uuid:case_id>/details/", "details", self.details),
            ("<uuid:case_id>/facts/", "facts", self.facts),
            ("<uuid:case_id>/members/assign/", "assign", self.assign),
            ("<uuid:case_id>/members/<int:user_id>/unassign/", "unassign", self.unassign),
            (f"{item}settle/", "settle", self.settle),
            (f"{item}waive/", "waive", self.waive),
            (f"{item}reopen/", "reopen", self.reopen),
            (f"{finding}decide/", "decide", self.decide),
            *self.record_acts(),
            *self.state_acts(),
            *self.passport_page_acts(),
        ]

    @refusals_are_answers
    def move(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.MOVE_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        try:
            moved = move_case(case_id=case_id, move_name=request.POST.get("move", ""), actor=actor)
        except NotFound:
            messages.error(request, _("The case was moved meanwhile. This is where it stands now."))
        except GateClosed as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(case_url(case, "moves"))
        except Invalid:  # it says what became of the application, and takes the reason on a page of its own
            return HttpResponseRedirect(leave_url(case, request.POST.get("move", "")))
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
        else:
            stage = in_language(pack_of_case(moved).stage(moved.stage).name)
            messages.success(request, _("The case is now in “%(stage)s”.") % {"stage": stage})
        return HttpResponseRedirect(case_url(case))

    @refusals_are_answers
    def sign(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.SIGN_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case, note = visible_case(case_id, actor), request.POST.get("note", "")
        return act(
            request,
            lambda: sign_case(case_id=case_id, actor=actor, note=note),
            done=_("You have signed as the second person."),
            back_to=case_url(case, "signature"),
        )

    @refusals_are_answers
    def assign(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case, form = visible_case(case_id, actor), AssignForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose a member of the agency who may see cases."))
            return HttpResponseRedirect(case_url(case, "members"))
        user_id = form.cleaned_data["member"]
        return act(
            request,
            lambda: assign_member(case_id=case_id, user_id=user_id, actor=actor),
            done=_("Assigned to the case."),
            back_to=case_url(case, "members"),
        )

    @refusals_are_answers
    def unassign(self, request: HttpRequest, case_id: UUID, user_id: int) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        try:
            unassign_member(case_id=case_id, user_id=user_id, actor=actor)
        except Conflict as refusal:
            messages.error(request, str(refusal.detail))
            return HttpResponseRedirect(case_url(case, "members"))
        return done(request, _("No longer assigned to the case."), way_back(case, actor, "members"))

    @refusals_are_answers
    def settle(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.SETTLE_ITEMS)
        case = visible_case(case_id, actor)
        item, requirement = item_of(case, code), pack_of_case(case).requirement(code)
        refuse_unseen(requirement, actor)
        hand_in = hand_in_of(case, pack_of_case(case))
        form = SettleForm(request.POST or None, requirement=requirement, hand_in=hand_in)

        def service() -> None:
            settle_item(case_id=case_id, code=code, actor=actor, **form.said())
            form.warn(request)

        return self._from_form(
            request, case, form, service,
            title=_("Settle: %(name)s") % {"name": in_language(requirement.name)},
            done_with=_("Settled."), submit=_("Settle it"), anchor=f"item-{code}",
            item=item, **about(case, requirement),
        )  # fmt: skip

    @refusals_are_answers
    def waive(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.WAIVE_ITEMS)
        case = visible_case(case_id, actor)
        item, requirement = item_of(case, code), pack_of_case(case).requirement(code)
        form = ReasonForm(request.POST or None)
        return self._from_form(
            request, case, form,
            lambda: waive_item(case_id=case_id, code=code, reason=form.cleaned_data["reason"], actor=actor),
            title=_("Waive: %(name)s") % {"name": in_language(requirement.name)},
            done_with=_("Waived."), submit=_("Waive it"), anchor=f"item-{code}",
            item=item, **about(case, requirement),
        )  # fmt: skip

    @refusals_are_answers
    def reopen(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.WAIVE_ITEMS)
        case = visible_case(case_id, actor)
        item, requirement = item_of(case, code), pack_of_case(case).requirement(code)
        form = forms.Form(request.POST if request.method == "POST" else None)
        return self._from_form(
            request, case, form, lambda: reopen_item(case_id=case_id, code=code, actor=actor),
            title=_("Open again: %(name)s") % {"name": in_language(requirement.name)},
            done_with=_("Opened again."), submit=_("Open it again"), anchor=f"item-{code}",
            item=item, **about(case, requirement),
        )  # fmt: skip

    @refusals_are_answers
    def decide(self, request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.DECIDE_FINDINGS)
        case = visible_case(case_id, actor)
        pack = pack_of_case(case)
        row = next((row for row in findings_of(case, pack) if row.finding.code == code), None)
        if row is None:
            raise Http404
        form = DecideForm(request.POST or None)
        question = row.finding.open_question
        return self._from_form(
            request, case, form,
            lambda: decide_finding(
                case_id=case_id, rule=code, actor=actor,
                go_ahead=form.cleaned_data["go_ahead"] == "yes", reason=form.cleaned_data["reason"],
            ),
            title=_("Decide: %(name)s") % {"name": in_language(row.finding.name)},
            done_with=_("Your decision is recorded."), anchor="findings",
            submit=_("Decide without these facts") if row.finding.missing else _("Record the decision"),
            tell=facts_url(case, row.finding.missing) if row.finding.missing else "",
            finding=row.finding, decision=row.decision, evidence=_shown(case, row.finding.evidence),
            question=pack.open_question(question) if question else None,
        )  # fmt: skip

    @refusals_are_answers
    def facts(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        known = known_facts(case)
        posted = request.POST if request.method == "POST" else None
        form = FactsForm(posted, known=known, asked=_asked_here(case), of_case=True)
        if posted is not None and form.is_valid():
            if posted.get("seen") != digest_of(known):
                form.add_error(
                    None, _("A colleague changed the facts meanwhile. Reload the page and enter yours again.")
                )
            else:
                try:
                    change_case(case_id=case_id, actor=actor, facts=form.changes())
                except NotFound:
                    raise
                except ReloError as refusal:
                    form.refuse(refusal)
                else:
                    return done(request, _("Saved. The checklist was evaluated again."), case_url(case))
        context = self.page(
            request, title=_("Facts"), case=case, form=form, facts=form, seen=digest_of(known), back=case_url(case)
        )
        return render(request, "admin/cases/case/facts.html", context, status=422 if form.errors else 200)

    def _from_form(
        self,
        request: HttpRequest,
        case: Case,
        form: forms.Form,
        service: Callable[[], Any],
        *,
        title: str,
        done_with: str,
        submit: str,
        anchor: str = "",
        **shown_besides: Any,
    ) -> HttpResponse:
        if request.method == "POST" and form.is_valid():
            try:
                service()
            except Conflict as refusal:  # what is stored has moved on: the page of the case shows how
                messages.error(request, str(refusal.detail))
                return HttpResponseRedirect(case_url(case, anchor))
            except NotFound:
                raise
            except ReloError as refusal:
                put_errors(form, refusal, {"manager_id": "manager"})
            else:
                return done(request, done_with, way_back(case, staff(request), anchor))
        context = self.page(
            request, title=title, case=case, form=form, submit=submit, back=case_url(case, anchor), **shown_besides
        )
        return render(request, ACT_TEMPLATE, context, status=422 if form.errors else 200)


def known_facts(case: Case) -> dict[str, Any]:
    """What is stored about the person and the process, in JSON's terms."""
    candidate = case.candidate
    born = candidate.date_of_birth
    columns = {
        "date_of_birth": born.isoformat() if born else None,
        "nationalities": candidate.nationalities or None,
        "residence_country": candidate.residence_country or None,
    }
    of_process = {name: value for name, value in case.facts.items() if name in CASE_FACTS}
    return {**columns, **candidate.facts, **of_process}


def _asked_here(case: Case) -> frozenset[str]:
    """What a chosen post asks stands in its edition, not among what is told by hand."""
    asked = asked_by(pack_of_case(case))
    if case.post_edition_id is None:
        return asked
    return frozenset(path for path in asked if not path.startswith("post."))


def digest_of(known: dict[str, Any]) -> str:
    """Names the state a page was made from, so that nobody overwrites what they have not seen."""
    return hashlib.sha256(json.dumps(known, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _shown(case: Case, evidence: Evidence) -> ShownEvidence:
    return shown(evidence, clock.today(case.agency.time_zone))
