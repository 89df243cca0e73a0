"""Choices that hang on the agency in scope: built when a form is made, never at import."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.accounts.services import members_who_may
from relo.core.scoping import scoped_agency_id

Choices = list[tuple[object, str | Promise]]


def manager_choices() -> Choices:
    """Members who can run a case."""
    return [("", _("Nobody yet")), *_who_may(Permission.MOVE_CASES)]


def member_choices() -> Choices:
    """Members who may see cases."""
    return [("", _("Choose a person")), *_who_may(Permission.VIEW_CASES)]


def _who_may(permission: Permission) -> list[tuple[int, str]]:
    agency = Agency.objects.get(pk=scoped_agency_id())
    members = members_who_may(agency, permission).select_related("user")
    return sorted(((member.user_id, str(member.user)) for member in members), key=lambda person: person[1].lower())


def language_choices() -> Choices:
    return [
        ("", _("Not given")),
        ("zh", pgettext_lazy("language", "Chinese")),
        ("en", pgettext_lazy("language", "English")),
        ("de", _("German")),
        ("fr", _("French")),
        ("es", _("Spanish")),
        ("ru", _("Russian")),
        ("ja", _("Japanese")),
        ("ko", _("Korean")),
        ("other", _("Another language")),
    ]
