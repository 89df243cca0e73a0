"""The two lines of a passport typed by staff, and what differs, to be taken over or left one by one."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.candidate import number_for
from cases.admin.links import case_url
from cases.models import Case, PageField, PassportProposal
from cases.selectors import visible_case
from cases.services.passport_page import (
    LONGEST_LINE,
    compare_passport_page,
    decide_proposal,
    known_of_page,
    open_proposals,
)
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.desk.acting import act, act_from_form, refusals_are_answers
from relo.desk.requests import staff_who_may
from relo.desk.wording import day_in_words

DAYS = (PageField.DATE_OF_BIRTH, PageField.EXPIRES_ON)
_TYPED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code-line"}


class LinesForm(forms.Form):
    first = forms.CharField(
        label=gettext_lazy("First line"), max_length=LONGEST_LINE, widget=forms.TextInput(attrs=_TYPED),
        help_text=gettext_lazy("44 signs, beginning with P<. Type every < up to the end."),
    )  # fmt: skip
    second = forms.CharField(
        label=gettext_lazy("Second line"), max_length=LONGEST_LINE, widget=forms.TextInput(attrs=_TYPED),
        help_text=gettext_lazy("44 signs, beginning with the passport number."),
    )  # fmt: skip


class PassportPageActs:
    """Mixed into CaseActs."""

    page: Callable[..., dict[str, Any]]

    def passport_page_acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:case_id>/passport-page/", "passport_page", self.passport_page),
            ("<uuid:case_id>/passport-page/<uuid:proposal_id>/", "passport_proposal", self.passport_proposal),
        ]

    @refusals_are_answers
    def passport_page(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        form = LinesForm(request.POST or None)
        here = reverse("admin:cases_case_passport_page", args=[case_id])
        if request.method == "POST" and form.is_valid():
            found: list[Any] = []
            lines = form.cleaned_data
            if act_from_form(
                request, form, lambda: found.append(compare_passport_page(case_id=case_id, actor=actor, **lines))
            ):
                differ = len(found[0].differ)
                sentence = _("Something differs. Nothing was changed yet: decide below.") if differ else _(
                    "The check digits are right, and everything agrees with the case."
                )  # fmt: skip
                messages.add_message(request, messages.WARNING if differ else messages.SUCCESS, sentence)
                return HttpResponseRedirect(here)
        context = self.page(
            request, title=_("Passport page"), case=case, form=form, back=case_url(case, "process"),
            proposals=[shown_proposal(case, row, actor) for row in open_proposals(case)],
        )  # fmt: skip
        return render(request, "admin/cases/case/passport_page.html", context, status=422 if form.errors else 200)

    @refusals_are_answers
    def passport_proposal(self, request: HttpRequest, case_id: UUID, proposal_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        visible_case(case_id, actor)
        take_over = request.POST.get("decision") == "take_over"
        return act(
            request,
            lambda: decide_proposal(proposal_id=proposal_id, take_over=take_over, actor=actor),
            done=_("Taken over. The checklist follows.") if take_over else _("Left as it was."),
            back_to=reverse("admin:cases_case_passport_page", args=[case_id]),
        )


def shown_proposal(case: Case, proposal: PassportProposal, actor: Actor) -> dict[str, str]:
    field = PageField(proposal.field)
    return {
        "id": str(proposal.pk),
        "field": field,
        "label": str(field.label),
        "now": _in_words(field, known_of_page(case.candidate)[field], actor) or _("unknown"),
        "told": _in_words(field, proposal.told, actor),
    }


def _in_words(field: PageField, value: str, actor: Actor) -> str:
    if field in DAYS and value:
        return day_in_words(date.fromisoformat(value))
    return number_for(value, actor) if field is PageField.NUMBER else value
