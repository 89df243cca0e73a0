"""The reminders of a case and their fate, and letting them rest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.act_forms import ReasonForm
from cases.admin.links import case_url
from cases.admin.parts import CasePart, Section
from cases.models import (
    Case,
    Mail,
    MailBounce,
    MailKind,
    Reminder,
    ReminderAudience,
    ReminderPause,
    ReminderState,
)
from cases.packs import pack_of_case
from cases.pauses import pauses_of
from cases.routes.schema import Pack
from cases.selectors import reminders_of, visible_case
from cases.services.pausing import end_pause, pause_reminders, pause_rule, trust_address
from cases.services.putting_off import DAYS_WANTED, LONGEST_DAYS, put_off_reminder
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotFound
from relo.core.languages import in_language
from relo.desk.acting import act, refusals_are_answers
from relo.desk.fields import DayField
from relo.desk.people import names_of
from relo.desk.requests import staff, staff_who_may

AHEAD = timedelta(days=14)
TONES = {
    ReminderState.PLANNED: "wait",
    ReminderState.GATHERED: "wait",
    ReminderState.MAILED: "done",
    ReminderState.TOLD: "act",
    ReminderState.OVER: "done",
    ReminderState.UNKNOWN: "act",
    ReminderState.FAILED: "stop",
    ReminderState.BOUNCED: "stop",
    ReminderState.SKIPPED: "quiet",
}


class PauseForm(ReasonForm):
    what = forms.ChoiceField(label=gettext_lazy("What is to rest"))
    until = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The first day it may be reminded of again. Empty: until somebody ends the pause."),
    )
    field_order = ("what", "until", "reason")

    def __init__(self, posted: Any, *, choices: Any) -> None:
        super().__init__(posted)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


class PutOffForm(ReasonForm):
    days = forms.IntegerField(
        label=gettext_lazy("By how many days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=7,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), DAYS_WANTED),
        help_text=gettext_lazy("From the day it is due, or from today where that is over."),
    )
    field_order = ("days", "reason")


class ReminderActs:
    """Mixed into CaseActs, which gives `_from_form()`."""

    _from_form: Callable[..., HttpResponse]

    def reminder_acts(self) -> list[tuple[str, str, Any]]:
        return [
            ("<uuid:case_id>/reminders/pause/", "pause_reminders", self.pause),
            ("<uuid:case_id>/reminders/pauses/<uuid:pause_id>/end/", "end_pause", self.end),
            ("<uuid:case_id>/reminders/<uuid:reminder_id>/put-off/", "put_off_reminder", self.put_off),
            ("<uuid:case_id>/reminders/trust-address/", "trust_address", self.trust),
        ]

    @refusals_are_answers
    def pause(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        form = PauseForm(request.POST or None, choices=_choices(case, actor))
        return self._from_form(
            request, case, form, lambda: _pause(case, form.cleaned_data, actor),
            title=_("Pause reminders"), done_with=_("Paused."), submit=_("Pause reminders"), anchor="reminders",
        )  # fmt: skip

    @refusals_are_answers
    def put_off(self, request: HttpRequest, case_id: UUID, reminder_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        case = visible_case(case_id, actor)
        row = reminders_of(case).filter(pk=reminder_id).first()
        if row is None:
            raise NotFound("not_found", _("There is no such reminder."))
        shown = shown_reminder(row, pack_of_case(case))
        form = PutOffForm(request.POST or None)
        return self._from_form(
            request, case, form,
            lambda: put_off_reminder(case_id=case_id, reminder_id=reminder_id, actor=actor, **form.cleaned_data),
            title=_("Put off: %(what)s") % {"what": shown.item or shown.what}, done_with=_("Put off."),
            submit=_("Put it off"), anchor="reminders",
        )  # fmt: skip

    @refusals_are_answers
    def end(self, request: HttpRequest, case_id: UUID, pause_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        return act(
            request, lambda: end_pause(pause_id=pause_id, actor=actor),
            done=_("Reminders go on. What fell due meanwhile is planned again."), back_to=case_url(case, "reminders"),
        )  # fmt: skip

    @refusals_are_answers
    def trust(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        actor = staff_who_may(request, Permission.EDIT_CASES)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = visible_case(case_id, actor)
        return act(
            request, lambda: trust_address(case_id=case_id, actor=actor),
            done=_("Mails go to this address again."), back_to=case_url(case, "reminders"),
        )  # fmt: skip


def _choices(case: Case, actor: Actor) -> list[tuple[str, Any]]:
    rules = [(rule.code, in_language(rule.text)) for rule in pack_of_case(case).reminders]
    choices: list[tuple[str, Any]] = [
        ("case", _("Everything in this case")),
        ("person", _("Everything for this person, in all their cases")),
        (_("One reminder, in this case"), [(f"rule:{code}", text) for code, text in rules]),
    ]
    if actor.may(Permission.EDIT_ROUTES):
        choices.append((_("One reminder, in every case"), [(f"everywhere:{code}", text) for code, text in rules]))
    return choices


def _pause(case: Case, wish: dict[str, Any], actor: Actor) -> ReminderPause:
    kind, _colon, rule = wish["what"].partition(":")
    about = {"reason": wish["reason"], "until": wish["until"], "actor": actor}
    if kind == "everywhere":
        return pause_rule(rule=rule, **about)
    return pause_reminders(case_id=case.pk, rule=rule, whole_person=kind == "person", **about)


@dataclass(frozen=True, slots=True)
class ShownReminder:
    id: UUID
    waits: bool
    what: str
    item: str
    at: datetime
    state: str
    tone: str
    why: str
    audience: str  # empty for the candidate, whom most are for


@dataclass(frozen=True, slots=True)
class ShownPause:
    pause: ReminderPause
    about: str
    who: str
    may_end: bool


def shown_reminder(row: Reminder, pack: Pack) -> ShownReminder:
    texts = {rule.code: rule.text for rule in pack.reminders}
    return ShownReminder(
        id=row.pk,
        waits=row.state in (ReminderState.PLANNED, ReminderState.GATHERED),
        what=in_language(texts[row.rule]) if row.rule in texts else row.rule,
        item=in_language(pack.requirement(row.item.code).name) if row.item else "",
        at=row.mail.sent_at if row.mail and row.mail.sent_at and row.state in ("mailed", "bounced") else row.due_at,
        state=row.get_state_display(),
        tone=TONES[ReminderState(row.state)],
        why=row.get_skip_reason_display() if row.skip_reason else "",
        audience="" if row.audience == ReminderAudience.CANDIDATE else row.get_audience_display(),
    )


class RemindersPart(CasePart):
    def sections(self, request: HttpRequest, case: Case, pack: Pack) -> Iterable[Section]:
        actor, now = staff(request), clock.now()
        rows = list(reminders_of(case))
        planned = [row for row in rows if row.state in (ReminderState.PLANNED, ReminderState.GATHERED)]
        mails = Mail.objects.filter(case=case).exclude(kind=MailKind.REMINDER).order_by("-created_at")
        context = {
            "case": case,
            "soon": [shown_reminder(row, pack) for row in planned if row.due_at <= now + AHEAD],
            "later": [shown_reminder(row, pack) for row in planned if row.due_at > now + AHEAD],
            "past": [shown_reminder(row, pack) for row in reversed(rows) if row not in planned],
            "mails": list(mails[:20]),
            "bounces": list(MailBounce.objects.filter(candidate_id=case.candidate_id).order_by("-at")[:20]),
            "pauses": _pauses(case, pack, actor),
            "may_edit": actor.may(Permission.EDIT_CASES) and case.closed_at is None,
            "agency": getattr(request, "agency", None) or case.agency,
        }
        yield Section(
            "reminders", _("Reminders"), render_to_string("admin/cases/case/reminders.html", context, request)
        )


def _pauses(case: Case, pack: Pack, actor: Actor) -> list[ShownPause]:
    pauses = list(pauses_of(case, clock.today(case.candidate.time_zone)))
    names = names_of(pause.made_by for pause in pauses)
    texts = {rule.code: in_language(rule.text) for rule in pack.reminders}
    shown = []
    for pause in pauses:
        everywhere = pause.case_id is None and pause.candidate_id is None
        if everywhere and pause.rule not in texts:
            continue  # of another route
        if pause.reminder is not None:
            line = shown_reminder(pause.reminder, pack)
            about = _("One reminder: %(what)s") % {"what": line.item or line.what}
        elif pause.candidate_id:
            about = _("Everything for this person, in all their cases")
        elif not pause.rule:
            about = _("Everything in this case")
        else:
            about = texts.get(pause.rule, pause.rule)
        if everywhere:
            about = _("In every case: %(what)s") % {"what": about}
        may_end = actor.may(Permission.EDIT_ROUTES if everywhere else Permission.EDIT_CASES)
        shown.append(ShownPause(pause, about, names.get(pause.made_by, ""), may_end))
    return shown
