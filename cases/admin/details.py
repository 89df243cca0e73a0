"""Changing hand-in, manager and reference. A day of hand-in is saved once it was seen what it breaks."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.admin.act_forms import DetailsForm
from cases.admin.links import case_url
from cases.hand_in_preview import HandInPreview, preview_hand_in
from cases.models import Case
from cases.packs import pack_of_case
from cases.selectors import visible_case
from cases.services.changing import change_case
from cases.wording import validity_words
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid
from relo.core.languages import in_language
from relo.desk.acting import put_errors, refusals_are_answers
from relo.desk.requests import staff_who_may

ACT_TEMPLATE = "admin/cases/case/act.html"


class DetailsAct:
    page: Callable[..., dict[str, Any]]
    _from_form: Callable[..., HttpResponse]

    @refusals_are_answers
    def details(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        form = DetailsForm.of(case, request.POST or None)
        title = _("Hand-in, manager, reference")
        if request.method == "POST" and form.is_valid() and form.moves_hand_in:
            preview = self._preview(case, form, actor)
            if preview is not None and preview.has_effects and form.asks_for(preview.digest):
                context = self.page(
                    request, title=title, case=case, form=form, back=case_url(case),
                    preview=_shown(case, preview), submit=_("Save with these effects"),
                )  # fmt: skip
                return render(request, ACT_TEMPLATE, context)
        return self._from_form(
            request, case, form, lambda: change_case(case_id=case_id, actor=actor, **form.said()),
            title=title, done_with=_("Saved. The checklist was evaluated again."), submit=_("Save"),
        )  # fmt: skip

    @staticmethod
    def _preview(case: Case, form: DetailsForm, actor: Actor) -> HandInPreview | None:
        day: date | None = form.cleaned_data["planned_hand_in"]
        try:
            return preview_hand_in(case_id=case.pk, planned_hand_in=day, actor=actor)
        except Invalid as refusal:
            put_errors(form, refusal)
        except Conflict:
            pass  # the service says so in a moment, and the page of the case shows how it stands
        return None


def _shown(case: Case, preview: HandInPreview) -> dict[str, Any]:
    """The preview with the names of this edition of the route."""
    pack = pack_of_case(case)
    return {
        "seen": preview,
        "lapses": [
            (in_language(pack.requirement(item.code).name), in_language(words))
            for item in preview.lapses
            if (words := validity_words(item, preview.after))
        ],
        "serves_again": [in_language(pack.requirement(item.code).name) for item in preview.serves_again],
        "needed": [in_language(pack.requirement(code).name) for code in preview.needed],
        "not_needed": [in_language(pack.requirement(code).name) for code in preview.not_needed],
    }
