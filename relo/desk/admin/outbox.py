from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from relo.accounts.roles import Permission
from relo.core.scoping import scoped_agency_id
from relo.desk.acting import act, refusals_are_answers
from relo.desk.base import AgencyAdmin
from relo.desk.requests import staff_who_may
from relo.outbox.again import key_of_retry, try_again
from relo.outbox.models import OutboxMessage


class WhereItStands(admin.SimpleListFilter):
    """Dead ones first of all: those need a person."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("waiting", _("Waiting")), ("done", _("Done"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Failed for good")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        match self.value():
            case "waiting":
                return queryset.filter(done_at=None, dead_at=None)
            case "done":
                return queryset.exclude(done_at=None)
            case _:
                return queryset.exclude(dead_at=None)


@admin.register(OutboxMessage)
class OutboxAdmin(AgencyAdmin[OutboxMessage]):
    """What relo still has to do in the background for this agency, and what it could not do."""

    view_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 8
    detail_template = "admin/accounts/message.html"
    id_converter = "int"

    list_display = ("work", "line", "tries", "failure", "since", "next_try")
    list_filter = (WhereItStands,)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        return super().get_queryset(request).filter(agency_id=scoped_agency_id())

    @admin.display(description=pgettext_lazy("outbox", "Work"), ordering="handler")
    def work(self, message: OutboxMessage) -> str:
        return message.handler

    @admin.display(description=gettext_lazy("Queue"), ordering="queue")
    def line(self, message: OutboxMessage) -> str:
        return message.get_queue_display()

    @admin.display(description=gettext_lazy("Attempts"), ordering="attempts")
    def tries(self, message: OutboxMessage) -> int:
        return message.attempts

    @admin.display(description=gettext_lazy("Last error"), empty_value="–")
    def failure(self, message: OutboxMessage) -> str:
        return message.last_error

    @admin.display(description=gettext_lazy("Put in line"), ordering="created_at")
    def since(self, message: OutboxMessage) -> datetime:
        return message.created_at

    @admin.display(description=gettext_lazy("Next try"), ordering="due_at")
    def next_try(self, message: OutboxMessage) -> datetime:
        return message.due_at

    def detail(self, request: HttpRequest, row: OutboxMessage) -> dict[str, Any]:
        again = OutboxMessage.objects.filter(handler=row.handler, key=key_of_retry(row)).first()
        return {
            "title": row.handler,
            "message": row,
            "again": again,
            "list_url": reverse("admin:outbox_outboxmessage_changelist"),
        }

    def acts(self) -> list[tuple[str, str, Any]]:
        return [("<int:message_id>/again/", "again", self.again)]

    @refusals_are_answers
    def again(self, request: HttpRequest, message_id: int) -> HttpResponse:
        staff_who_may(request, Permission.MANAGE_MEMBERS)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return act(
            request,
            lambda: try_again(message_id=message_id),
            done=_("It will be tried again now."),
            back_to=reverse("admin:outbox_outboxmessage_change", args=[message_id]),
        )
