"""The next 14 days of all cases: who will be reminded of what, and when."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.reminders_part import AHEAD, TONES, shown_reminder
from cases.attention import TOLD_FOR
from cases.models import Reminder, ReminderState, SkipReason
from cases.packs import pack_of_case
from cases.selectors import cases_visible_to
from relo.accounts.roles import Permission
from relo.core import clock
from relo.desk.base import AgencyAdmin
from relo.desk.requests import staff
from relo.desk.wording import day_in_words

# What was not sent and that nobody but the staff can mend.
FOR_STAFF = (SkipReason.CAPPED, SkipReason.ADDRESS_FAILED, SkipReason.STOPPED)


class WhichReminders(admin.SimpleListFilter):
    title = gettext_lazy("reminders")
    parameter_name = "which"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("staff", _("For the staff to settle")), ("fourteen-back", _("The last 14 days"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("The next 14 days")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reminder]) -> QuerySet[Reminder]:
        now = clock.now()
        match self.value():
            case "staff":
                unsure = queryset.filter(state__in=[ReminderState.UNKNOWN, ReminderState.FAILED, ReminderState.BOUNCED])
                told = queryset.filter(state=ReminderState.TOLD, updated_at__gt=now - TOLD_FOR)
                return queryset.filter(skip_reason__in=FOR_STAFF) | unsure | told
            case "fourteen-back":
                return queryset.filter(updated_at__gte=now - AHEAD).exclude(state=ReminderState.PLANNED)
            case _:
                return queryset.filter(
                    state__in=[ReminderState.PLANNED, ReminderState.GATHERED], due_at__lte=now + AHEAD
                )


@admin.register(Reminder)
class ReminderAdmin(AgencyAdmin[Reminder]):
    view_permission = Permission.VIEW_CASES
    place: ClassVar[int | None] = 3
    list_display = ("due", "person", "what", "fate", "put_off")
    list_filter = (WhichReminders,)
    list_select_related = ("case__candidate", "case__route_version", "case__agency", "item", "mail")
    list_display_links = None
    ordering = ("due_at", "id")

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, reminder: Reminder) -> str:
        return day_in_words(reminder.due_at)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reminder]:
        return Reminder.objects.filter(case__in=cases_visible_to(staff(request)), case__closed_at=None).defer(
            "case__route_version__content"
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The reader's permission in one go for the whole page."""
        changelist = super().get_changelist_instance(request)
        may_edit, rows = staff(request).may(Permission.EDIT_CASES), list(changelist.result_list)
        for row in rows:
            row.may_be_put_off = may_edit and row.state in (ReminderState.PLANNED, ReminderState.GATHERED)
        changelist.result_list = rows
        return changelist

    @admin.display(description="", empty_value="")
    def put_off(self, row: Any) -> str | None:
        if not row.may_be_put_off:
            return None
        url = reverse("admin:cases_case_put_off_reminder", args=[row.case_id, row.pk])
        return format_html('<a href="{}">{}</a>', url, _("Put off"))

    @admin.display(description=gettext_lazy("case"))
    def person(self, row: Reminder) -> str:
        url = reverse("admin:cases_case_change", args=[row.case_id])
        return format_html('<a href="{}#reminders">{} · {}</a>', url, row.case.reference, row.case.candidate.name)

    @admin.display(description=gettext_lazy("reminder"))
    def what(self, row: Reminder) -> str:
        shown = shown_reminder(row, pack_of_case(row.case))
        what = shown.item or shown.what
        return f"{what} → {shown.audience}" if shown.audience else what

    @admin.display(description=gettext_lazy("state"))
    def fate(self, row: Reminder) -> str:
        why = row.get_skip_reason_display() if row.skip_reason else row.get_state_display()
        return format_html('<span class="badge tone-{}">{}</span>', TONES[ReminderState(row.state)], why)
