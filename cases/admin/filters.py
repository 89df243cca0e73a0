"""Filters and search of the list of cases. Each says itself what may be asked."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from cases.admin.choices import manager_choices
from cases.models import Candidate, Case, WhoseTurn
from cases.packs import pack_of, published_versions
from relo.core.fields import BlindIndexField
from relo.core.languages import in_language
from relo.desk.requests import staff


class StageFilter(admin.SimpleListFilter):
    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        seen: dict[str, str] = {}
        for version in published_versions():
            for stage in pack_of(version).stages:
                seen.setdefault(stage.code, in_language(stage.name))
        return list(seen.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset.filter(stage=self.value()) if self.value() else queryset


class TurnFilter(admin.SimpleListFilter):
    title = _("whose turn")
    parameter_name = "whose_turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(value, str(label)) for value, label in WhoseTurn.choices if value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset.filter(whose_turn=self.value(), closed_at=None) if self.value() else queryset


class ManagerFilter(admin.SimpleListFilter):
    title = _("case manager")
    parameter_name = "manager"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        people = [(str(value), str(label)) for value, label in manager_choices() if value]
        return [("me", str(_("Me"))), *people, ("none", str(_("Nobody")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case None | "":
                return queryset
            case "me":
                return queryset.filter(manager_id=int(staff(request).ref))
            case "none":
                return queryset.filter(manager=None)
            case value:
                return queryset.filter(manager_id=int(value)) if value.isdigit() else queryset.none()


class OpenFilter(admin.SimpleListFilter):
    """Open cases unless closed ones are asked for."""

    title = _("open or closed")
    parameter_name = "closed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("yes", pgettext("a case", "Closed")), ("all", str(_("Open and closed")))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": pgettext("a case", "Open")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() == "all":
            return queryset
        return queryset.exclude(closed_at=None) if self.value() == "yes" else queryset.filter(closed_at=None)


def cases_matching(queryset: QuerySet[Case], term: str) -> QuerySet[Case]:
    """By reference, by name or e-mail of the candidate, and by the whole passport number."""
    by_passport = queryset.filter(candidate__passport_index__in=_passport_field().matches(term))
    if by_passport.exists():
        return by_passport
    for word in term.split():
        queryset = queryset.filter(
            Q(reference__icontains=word)
            | Q(external_ref__iexact=word)
            | Q(candidate__given_names__icontains=word)
            | Q(candidate__family_name__icontains=word)
            | Q(candidate__chinese_name__icontains=word)
            | Q(candidate__email__icontains=word)
        )
    return queryset


def candidates_matching(queryset: QuerySet[Candidate], term: str) -> QuerySet[Candidate]:
    by_passport = queryset.filter(passport_index__in=_passport_field().matches(term))
    if by_passport.exists():
        return by_passport
    for word in term.split():
        queryset = queryset.filter(
            Q(given_names__icontains=word)
            | Q(family_name__icontains=word)
            | Q(chinese_name__icontains=word)
            | Q(email__icontains=word)
        )
    return queryset


def _passport_field() -> BlindIndexField:
    return Candidate._meta.get_field("passport_index")
