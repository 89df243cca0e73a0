"""What each role may do: one table. Services ask `actor.require(...)`; doors only hide what would be refused."""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    VIEW_CASES = "cases.view"
    OPEN_CASES = "cases.open"
    EDIT_CASES = "cases.edit"
    MOVE_CASES = "cases.move"
    SETTLE_ITEMS = "items.settle"
    WAIVE_ITEMS = "items.waive"
    DECIDE_FINDINGS = "findings.decide"
    SIGN_CASES = "cases.sign"
    UPLOAD_DOCUMENTS = "documents.upload"
    VIEW_DOCUMENTS = "documents.view"
    REVIEW_DOCUMENTS = "documents.review"
    BUILD_PACKETS = "packets.build"
    VIEW_PACKETS = "packets.view"
    SEAL_PACKETS = "packets.seal"
    VIEW_ROUTES = "routes.view"
    EDIT_ROUTES = "routes.edit"
    MANAGE_MEMBERS = "members.manage"


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    CASE_MANAGER = "case_manager", _("Case manager")
    REVIEWER = "reviewer", _("Reviewer")
    RULES_EDITOR = "rules_editor", _("Rules editor")
    READ_ONLY = "read_only", _("Read only")
    GUEST = "guest", _("Guest")
    EMPLOYER_CONTACT = "employer_contact", _("Employer contact")


P = Permission
_READ = {P.VIEW_CASES, P.VIEW_DOCUMENTS, P.VIEW_PACKETS, P.VIEW_ROUTES}
_REVIEW = _READ | {P.REVIEW_DOCUMENTS, P.SETTLE_ITEMS, P.SIGN_CASES}
_MANAGE = _REVIEW | {
    P.OPEN_CASES,
    P.EDIT_CASES,
    P.MOVE_CASES,
    P.WAIVE_ITEMS,
    P.DECIDE_FINDINGS,
    P.UPLOAD_DOCUMENTS,
    P.BUILD_PACKETS,
    P.SEAL_PACKETS,
}

PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(_MANAGE | {P.MANAGE_MEMBERS, P.EDIT_ROUTES}),
    Role.CASE_MANAGER: frozenset(_MANAGE),
    Role.REVIEWER: frozenset(_REVIEW),
    Role.RULES_EDITOR: frozenset({P.VIEW_ROUTES, P.EDIT_ROUTES, P.VIEW_CASES}),
    Role.READ_ONLY: frozenset(_READ),
    Role.GUEST: frozenset(_READ),
    # Nothing until relo knows whose people an employer may see.
    Role.EMPLOYER_CONTACT: frozenset(),
}

# A candidate acts on their own case only; which case is theirs is the selectors' business.
CANDIDATE_PERMISSIONS: frozenset[Permission] = frozenset({P.UPLOAD_DOCUMENTS})
