from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relo.accounts.models import LANGUAGES, ApiToken, SecurityEvent
from relo.accounts.roles import Permission, Role, Visibility
from relo.core.actors import ActorKind
from relo.core.scoping import scoped_agency_id
from relo.desk.base import AgencyAdmin
from relo.desk.people import names_of
from relo.desk.wording import day_in_words

FACTORS = {
    Authenticator.Type.TOTP.value: gettext_lazy("authenticator app"),
    Authenticator.Type.WEBAUTHN.value: gettext_lazy("passkey"),
}


def _label_in(table: Mapping[str, str | Promise]) -> Callable[[str], str]:
    return lambda code: str(table.get(code, code))


def _times(count: str) -> str:
    return ngettext("%(count)s time", "%(count)s times", int(count)) % {"count": count}


def _day(value: str) -> str:
    return day_in_words(date.fromisoformat(value)) if value else _("none")


YES_OR_NO = _label_in({"True": gettext_lazy("yes"), "False": gettext_lazy("no")})
# What stands in the data of a line: its name, and how its value reads. Without a reading: only that it changed.
DETAILS: Mapping[str, tuple[str | Promise, Callable[[str], str] | None]] = {
    "role": (gettext_lazy("role"), _label_in(dict(Role.choices))),
    "role_before": (gettext_lazy("role before"), _label_in(dict(Role.choices))),
    "ends_on": (gettext_lazy("last day"), _day),
    "ends_on_before": (gettext_lazy("last day before"), _day),
    "rule": (gettext_lazy("rule"), str),
    "until": (gettext_lazy("until"), _day),
    "factor": (gettext_lazy("factor"), _label_in(FACTORS)),
    "count": (gettext_lazy("how often"), _times),
    "name": (gettext_lazy("name"), None),
    "contact_email": (gettext_lazy("contact e-mail"), None),
    "time_zone": (gettext_lazy("time zone"), str),
    "language": (gettext_lazy("language"), _label_in(dict(LANGUAGES))),
    "visibility": (gettext_lazy("who sees which cases"), _label_in(dict(Visibility.choices))),
    "requires_second_factor": (
        gettext_lazy("every member needs a second factor"),
        YES_OR_NO,
    ),
    "requires_scanning": (gettext_lazy("only files scanned for viruses"), YES_OR_NO),
    "mail_from_hour": (gettext_lazy("first hour for mails to candidates"), str),
    "mail_until_hour": (gettext_lazy("hour from which candidates get no mail"), str),
    "morning_hour": (gettext_lazy("hour of the morning mail"), str),
}


class WhatItIsAbout(admin.SimpleListFilter):
    title = gettext_lazy("subject")
    parameter_name = "about"

    ABOUT: ClassVar[Mapping[str, tuple[str | Promise, tuple[str, ...]]]] = {
        "members": (gettext_lazy("Members"), ("member.added", "member.changed", "member.switched", "member.ended")),
        "signing_in": (
            gettext_lazy("Signing in"),
            ("member.signed_in", "password", "code", "factor", "recovery_codes", "sessions"),
        ),
        "agency": (gettext_lazy("Agency and tokens"), ("agency", "token", "rule")),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(code, str(label)) for code, (label, _acts) in self.ABOUT.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
        begins = self.ABOUT.get(self.value() or "", ("", ()))[1]
        wanted = Q()
        for beginning in begins:
            wanted |= Q(act__startswith=beginning)
        return queryset.filter(wanted)


@admin.register(SecurityEvent)
class SecurityLogAdmin(AgencyAdmin[SecurityEvent]):
    """Newest first, and no further back than a person turns pages."""

    view_permission = Permission.MANAGE_MEMBERS
    place: ClassVar[int | None] = 10
    place_name = gettext_lazy("Security log")

    list_display = ("what", "about", "details", "who", "moment")
    list_display_links = None
    list_filter = (WhatItIsAbout,)
    list_select_related = ("user",)
    ordering = ("-id",)
    sortable_by = ()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Names in one go for the whole page."""
        changelist = super().get_changelist_instance(request)
        rows: list[Any] = list(changelist.result_list)
        actors = names_of({f"{row.actor_kind}:{row.actor_ref}" for row in rows})
        tokens = ApiToken.objects.filter(agency_id=scoped_agency_id()).in_bulk(
            {row.data["token"] for row in rows if "token" in row.data}
        )
        programs = {str(pk): token.name for pk, token in tokens.items()}
        for row in rows:
            row.who_acted = actors[f"{row.actor_kind}:{row.actor_ref}"]
            row.program = programs.get(row.data.get("token", ""), "")
        changelist.result_list = rows
        return changelist

    @admin.display(description=gettext_lazy("What"))
    def what(self, event: SecurityEvent) -> str:
        return event.label

    @admin.display(description=gettext_lazy("Whom"), empty_value="–")
    def about(self, event: Any) -> str | None:
        return str(event.user) if event.user else event.program or None

    @admin.display(description=gettext_lazy("Details"), empty_value="")
    def details(self, event: SecurityEvent) -> str:
        said = []
        for code, value in event.data.items():
            is_unsaid = (code, value) == ("ends_on", "") and "ends_on_before" not in event.data
            if code in DETAILS and not is_unsaid:
                name, read = DETAILS[code]
                said.append(_("%(name)s: %(value)s") % {"name": name, "value": read(value)} if read else str(name))
        return _("; ").join(said)

    @admin.display(description=gettext_lazy("Who"), empty_value="–")
    def who(self, event: Any) -> str | None:
        if event.actor_kind == ActorKind.SYSTEM and event.actor_ref == "sign-in":
            return None  # whoever typed something wrong is nobody that relo knows
        is_own = event.actor_kind == ActorKind.STAFF and event.actor_ref == str(event.user_id)
        return _("themselves") if is_own else event.who_acted

    @admin.display(description=gettext_lazy("When"))
    def moment(self, event: SecurityEvent) -> str:
        return f"{day_in_words(event.at)} {timezone.localtime(event.at):%H:%M}"
