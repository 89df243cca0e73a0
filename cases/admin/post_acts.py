"""The acts on a case that concern its post: choose it, take it out, go on with what was read some time ago."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.act_forms import ReasonForm
from cases.admin.links import case_url
from cases.models import Case
from cases.packs import in_force
from cases.post_selectors import posts_to_choose
from cases.selectors import visible_case
from cases.services.posts import choose_post, waive_freshness
from relo.accounts.roles import Permission
from relo.core.languages import in_language
from relo.desk.acting import act, refusals_are_answers
from relo.desk.requests import staff_who_may


class ChoosePostForm(forms.Form):
    post = forms.TypedChoiceField(
        label=gettext_lazy("Consulate or visa centre"), coerce=UUID, required=False, empty_value=None
    )

    def __init__(self, data: Any = None, *, case: Case, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        posts = {post.pk: in_language(post) for post in posts_to_choose(case.route_code)}
        if case.post_edition_id is not None:  # also one that is in use no more: saving must not take it out
            edition = in_force(case.post_edition_id)
            posts.setdefault(edition.post_id, in_language(edition.post_name))
        self.fields["post"].choices = [("", _("None yet")), *posts.items()]  # type: ignore[attr-defined]


class PostActs:
    """Mixed into CaseAdmin, which gives `_from_form()`."""

    _from_form: Callable[..., HttpResponse]

    def acts(self) -> list[tuple[str, str, Any]]:
        stage: list[tuple[str, str, Any]] = super().acts()  # type: ignore[misc]
        return [
            *stage,
            ("<uuid:case_id>/post/", "post", self.post),
            ("<uuid:case_id>/post/go-on/", "go_on", self.go_on),
        ]

    @refusals_are_answers
    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        form = ChoosePostForm(request.POST, case=case)
        if not form.is_valid():
            messages.error(request, _("Choose one of the consulates and visa centres on the list."))
            return HttpResponseRedirect(case_url(case, "post"))
        post_id = form.cleaned_data["post"]
        return act(
            request,
            lambda: choose_post(case_id=case_id, post_id=post_id, actor=actor),
            done=_("Saved. The checklist was evaluated again."),
            back_to=case_url(case, "post"),
        )

    @refusals_are_answers
    def go_on(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.WAIVE_ITEMS)
        case = visible_case(case_id, actor)
        form = ReasonForm(request.POST or None)
        return self._from_form(
            request, case, form,
            lambda: waive_freshness(case_id=case_id, reason=form.cleaned_data["reason"], actor=actor),
            title=_("Go on with what was read"), done_with=_("Your reason is recorded. It counts for this stage."),
            submit=_("Go on with a reason"), anchor="post",
        )  # fmt: skip
