"""The morning mails of the last days: to whom, how much there was to tell, and what became of them."""

from typing import ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from cases.models import MailState, MorningMail
from relo.accounts.roles import Permission
from relo.desk.base import AgencyAdmin
from relo.desk.wording import day_in_words

TONES = {
    MailState.QUEUED: "wait",
    MailState.SENDING: "wait",
    MailState.SENT: "done",
    MailState.UNKNOWN: "act",
    MailState.FAILED: "stop",
    MailState.BOUNCED: "stop",
    MailState.SKIPPED: "quiet",
}


@admin.register(MorningMail)
class MorningMailAdmin(AgencyAdmin[MorningMail]):
    view_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 7
    place_name = gettext_lazy("Morning mails")
    list_display = ("day", "person", "lines", "fate")
    list_display_links = None
    list_select_related = ("user",)
    ordering = ("-local_day", "-id")
    sortable_by = ()

    @admin.display(description=gettext_lazy("day"))
    def day(self, row: MorningMail) -> str:
        return day_in_words(row.local_day)

    @admin.display(description=gettext_lazy("name"))
    def person(self, row: MorningMail) -> str:
        return str(row.user)

    @admin.display(description=gettext_lazy("state"))
    def fate(self, row: MorningMail) -> str:
        said = gettext_lazy("Not sent: nothing to tell") if row.state == MailState.SKIPPED else row.get_state_display()
        return format_html('<span class="badge tone-{}">{}</span>', TONES[MailState(row.state)], said)
