"""Rule changes: what is new, which cases it touches and how, and the decisions of those who run the cases."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.admin.difference_lines import DifferenceLine, difference_lines
from cases.admin.effect_lines import CaseLine, GroupLine, case_lines, group_lines
from cases.changed_rules import packs_of, title_of_change
from cases.models import CaseChange, Choice, RuleChange
from cases.packs import pack_of, pack_under, published_version
from cases.post_selectors import edition_before
from cases.rule_selectors import (
    decisions_on,
    groups_of,
    known_change,
    rows_of_group,
    rule_changes,
)
from cases.selectors import visible_case
from cases.services.announcing import draft_message, send_change_message
from cases.services.deciding_changes import EffectChanged, decide_case, decide_group
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.errors import NotFound, NotPermitted, ReloError
from relo.core.languages import in_language
from relo.desk.acting import done, put_errors, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.fields import DayField, WideText
from relo.desk.people import names_of
from relo.desk.requests import agency_in, staff, staff_who_may
from relo.desk.wording import day_in_words

PER_PAGE = 50
MOST_GROUPS = 40


class DecisionForm(forms.Form):
    choice = forms.ChoiceField(label=gettext_lazy("Decision"), choices=Choice.choices, widget=forms.RadioSelect)
    keep_until = DayField(
        label=gettext_lazy("Keep until"), required=False, help_text=gettext_lazy("Only if the old rules are kept.")
    )
    reason = WideText(
        label=gettext_lazy("Reason"), required=False,
        help_text=gettext_lazy("Needed where the old rules are kept. One sentence that a colleague will understand."),
    )  # fmt: skip

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "choice": Choice(given["choice"]), "reason": given["reason"], "keep_until": given["keep_until"]
        }  # fmt: skip


class MessageForm(forms.Form):
    text_en = WideText(label=gettext_lazy("Message (English)"))
    text_zh = WideText(label=gettext_lazy("Message (Chinese)"))


@admin.register(RuleChange)
class RuleChangeAdmin(AgencyAdmin[RuleChange]):
    view_permission = Permission.VIEW_ROUTES
    place: ClassVar[int | None] = 6
    detail_template = "admin/cases/rulechange/change.html"

    list_display = ("rules", "published", "worked_out")
    ordering = ("-made_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleChange]:
        return rule_changes(staff(request))

    @admin.display(description=gettext_lazy("rules"))
    def rules(self, change: RuleChange) -> str:
        return in_language(title_of_change(change))

    @admin.display(description=gettext_lazy("published on"))
    def published(self, change: RuleChange) -> str:
        return day_in_words(change.made_at)

    @admin.display(description=gettext_lazy("cases looked at"))
    def worked_out(self, change: RuleChange) -> str:
        return _("%(done)s of %(total)s") % {
            "done": change.cases_done,
            "total": max(change.cases_total, change.cases_done),
        }

    def acts(self) -> list[tuple[str, str, Any]]:
        group = "<uuid:change_id>/groups/<slug:group_key>/"
        return [
            (group, "group", self.group),
            (f"{group}message/", "message", self.message),
            ("<uuid:change_id>/cases/<uuid:case_id>/", "case", self.case),
        ]

    def detail(self, request: HttpRequest, row: RuleChange) -> dict[str, Any]:
        actor, version, rules = staff(request), row.route_version, in_language(title_of_change(row))
        base, differ = _differences(row)
        decisions = list(decisions_on(row, actor)[:PER_PAGE])
        names = names_of(one.decided_by for one in decisions)
        groups = groups_of(row, actor, self._today(request)) if actor.may(Permission.VIEW_CASES) else []
        return {
            "title": _("New rules: %(rules)s") % {"rules": rules},
            "change": row,
            "version": version,
            "rules": rules,
            "rules_url": _rules_url(row),
            "base": base,
            "is_offer": version is not None and version.agency_id is None,
            "may_begin": actor.may(Permission.EDIT_ROUTES),
            "differences": differ,
            "groups": group_lines(row, groups[:MOST_GROUPS], actor),
            "more_groups": max(0, len(groups) - MOST_GROUPS),
            "decisions": [
                {"row": one, "who": names[one.decided_by], "choice": one.get_choice_display()} for one in decisions
            ],
        }

    @refusals_are_answers
    def group(self, request: HttpRequest, change_id: UUID, group_key: str) -> HttpResponse:
        """The cases of a group; posting decides for all of them that nobody has decided for."""
        posted = request.method == "POST"
        actor = staff_who_may(request, Permission.MOVE_CASES if posted else Permission.VIEW_CASES)
        change = known_change(change_id, actor)
        line, page = self._group_or_404(request, change, group_key)
        form = DecisionForm(request.POST if posted else None, initial={"choice": Choice.MIGRATE})
        if posted and form.is_valid():
            try:
                decided = decide_group(change_id=change.pk, group_key=group_key, actor=actor, **form.said())
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                if decided.refused:
                    messages.warning(
                        request,
                        ngettext(
                            "%(count)s case could not follow: its effect has changed, or something keeps it.",
                            "%(count)s cases could not follow: their effect has changed, or something keeps them.",
                            decided.refused,
                        )
                        % {"count": decided.refused},
                    )
                words = _("Decided for %(done)s; %(left)s more are being worked on.")
                if not decided.left:
                    words = _("Decided for %(done)s.")
                return done(request, words % {"done": decided.done, "left": decided.left}, change_url(change))
        return self._page(request, change, form, "group.html", line=line, cases=page, may_decide=actor.may(
            Permission.MOVE_CASES), title=_("Cases with the same effect"))  # fmt: skip

    @refusals_are_answers
    def case(self, request: HttpRequest, change_id: UUID, case_id: UUID) -> HttpResponse:
        """One case by itself. The form carries the effect that it was made from."""
        actor = staff_who_may(request, Permission.MOVE_CASES)
        change, case = known_change(change_id, actor), visible_case(case_id, actor)
        row = (
            CaseChange.objects.filter(change=change, case=case)
            .select_related("case__candidate", "from_version")
            .first()
        )
        if row is None:
            raise Http404
        posted = request.method == "POST"
        form = DecisionForm(request.POST if posted else None, initial={"choice": Choice.MIGRATE})
        if posted and form.is_valid():
            seen = request.POST.get("seen", "")[:16]
            try:
                decide_case(change_id=change.pk, case_id=case.pk, group_key=seen, actor=actor, **form.said())
            except EffectChanged as refusal:
                messages.error(request, str(refusal.detail))
                return HttpResponseRedirect(request.path)
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                return done(request, _("Decided for %(case)s.") % {"case": case.reference}, change_url(change))
        return self._page(request, change, form, "case.html", row=row, case=case,
                          line=case_lines(change, [row])[0], title=_("Decide: %(name)s") % {"name": case.reference},
                          )  # fmt: skip

    @refusals_are_answers
    def message(self, request: HttpRequest, change_id: UUID, group_key: str) -> HttpResponse:
        actor = staff_who_may(request, Permission.MOVE_CASES)
        change = known_change(change_id, actor)
        sample = rows_of_group(change, group_key, actor).first()
        if sample is None:
            raise Http404
        draft = draft_message(sample, *packs_of(sample, change))
        posted = request.method == "POST"
        form = MessageForm(request.POST if posted else None, initial={"text_en": draft.en, "text_zh": draft.zh})
        for field in form.fields.values():
            field.widget.attrs["rows"] = 12
        if posted and form.is_valid():
            try:
                sent, left = send_change_message(
                    change_id=change.pk, group_key=group_key, actor=actor, **form.cleaned_data
                )
            except (NotFound, NotPermitted):
                raise
            except ReloError as refusal:
                put_errors(form, refusal)
            else:
                words = ngettext("%(count)s e-mail is on its way.", "%(count)s e-mails are on their way.", sent)
                if left:
                    words += " " + _("Send again for the next ones.")
                return done(request, words % {"count": sent}, change_url(change))
        return self._page(
            request, change, form, "message.html", group_key=group_key, title=_("Write to the candidates")
        )

    def _group_or_404(self, request: HttpRequest, change: RuleChange, key: str) -> tuple[GroupLine, "Page[CaseLine]"]:
        actor = staff(request)
        group = next((one for one in groups_of(change, actor, self._today(request)) if one.key == key), None)
        if group is None:
            raise Http404
        rows = Paginator(rows_of_group(change, key, actor), PER_PAGE).get_page(request.GET.get("p"))
        rows.object_list = case_lines(change, list(rows.object_list))  # type: ignore[assignment]
        return group_lines(change, [group], actor)[0], rows  # type: ignore[return-value]

    def _page(
        self, request: HttpRequest, change: RuleChange, form: forms.Form, template: str, **context: Any
    ) -> HttpResponse:
        context = self.page(request, change=change, rules=in_language(title_of_change(change)), form=form,
                            back=change_url(change), **context)  # fmt: skip
        return render(request, f"admin/cases/rulechange/{template}", context, status=422 if form.errors else 200)

    @staticmethod
    def _today(request: HttpRequest) -> Any:
        return clock.today(agency_in(request).time_zone)


def _differences(change: RuleChange) -> tuple[str, list[DifferenceLine]]:
    """What it was made from, and every difference in words."""
    if change.post_edition is not None:
        before = edition_before(change.post_edition)
        if before is None:
            return "", []
        version = published_version(change.post_edition.route_code)
        old, new = pack_under(version, before.pk), pack_under(version, change.post_edition.pk)
        return before.edition, difference_lines(old, new)
    base = change.route_version.based_on if change.route_version is not None else None
    if change.route_version is None or base is None:
        return "", []
    return str(base), difference_lines(pack_of(base), pack_of(change.route_version))


def _rules_url(change: RuleChange) -> str:
    if change.post_edition_id is not None:
        return reverse("admin:cases_post_edition", args=[change.post_edition_id])
    return reverse("admin:cases_routeversion_change", args=[change.route_version_id])


def change_url(change: RuleChange) -> str:
    return reverse("admin:cases_rulechange_change", args=[change.pk])
