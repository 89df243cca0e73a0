from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from documents.models import Document, DocumentState, Packet, PacketState


class DocumentStateFilter(admin.SimpleListFilter):
    """What waits to be checked, unless another state is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        others = [(value, str(label)) for value, label in DocumentState.choices if value != DocumentState.READY]
        return [*others, ("all", str(_("All")))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": DocumentState.READY.label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        if self.value() == "all":
            return queryset
        return queryset.filter(state=self.value() or DocumentState.READY)


class PacketStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(value, str(label)) for value, label in PacketState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Packet]) -> QuerySet[Packet]:
        return queryset.filter(state=self.value()) if self.value() else queryset
