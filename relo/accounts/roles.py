"""What each role may do: one table. Services ask `actor.require(...)`; doors only hide what would be refused."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    VIEW_CASES = "cases.view"
    VIEW_ALL_CASES = "cases.view_all"  # else only those they manage or are assigned to
    OPEN_CASES = "cases.open"
    EDIT_CASES = "cases.edit"
    MOVE_CASES = "cases.move"
    SETTLE_ITEMS = "items.settle"
    WAIVE_ITEMS = "items.waive"
    DECIDE_FINDINGS = "findings.decide"
    SIGN_CASES = "cases.sign"
    UPLOAD_DOCUMENTS = "documents.upload"
    VIEW_DOCUMENTS = "documents.view"
    DOWNLOAD_FILES = "files.download"
    VIEW_RESTRICTED = "documents.view_restricted"  # police and medical papers
    REVIEW_DOCUMENTS = "documents.review"
    BUILD_PACKETS = "packets.build"
    VIEW_PACKETS = "packets.view"
    SEAL_PACKETS = "packets.seal"
    VIEW_ROUTES = "routes.view"
    EDIT_ROUTES = "routes.edit"
    REPORT_BOUNCES = "mail.report_bounces"
    MANAGE_MEMBERS = "members.manage"


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    CASE_MANAGER = "case_manager", _("Case manager")
    REVIEWER = "reviewer", _("Reviewer")
    RULES_EDITOR = "rules_editor", _("Rules editor")
    READ_ONLY = "read_only", _("Read only")
    GUEST = "guest", _("Guest")
    EMPLOYER_CONTACT = "employer_contact", _("Employer contact")


class Visibility(models.TextChoices):
    """Which cases the members of an agency see."""

    AGENCY = "agency", _("Everybody sees every case")
    ASSIGNED = "assigned", _("Only the case manager, those assigned and administrators see a case")


class TokenScope(models.TextChoices):
    """What an API token is for. It may do what its role and one of its scopes allow."""

    READ = "read", _("Read cases, checklists, documents' details and routes")
    WRITE = "write", _("Open, change and move cases, upload documents, request packets")
    REVIEW = "review", _("Accept documents and ask for changes")
    FILES = "files", _("Download documents and packets")
    RESTRICTED = "restricted", _("Police and medical papers too")
    BOUNCES = "mail:bounces", _("Report e-mails that came back")


P = Permission
_GUEST = {P.VIEW_CASES, P.VIEW_DOCUMENTS, P.DOWNLOAD_FILES, P.VIEW_PACKETS, P.VIEW_ROUTES}
_READ = _GUEST | {P.VIEW_ALL_CASES}
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
    P.VIEW_RESTRICTED,
    P.REPORT_BOUNCES,
}

PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(_MANAGE | {P.MANAGE_MEMBERS, P.EDIT_ROUTES}),
    Role.CASE_MANAGER: frozenset(_MANAGE),
    Role.REVIEWER: frozenset(_REVIEW),
    Role.RULES_EDITOR: frozenset({P.VIEW_ROUTES, P.EDIT_ROUTES, P.VIEW_CASES, P.VIEW_ALL_CASES}),
    Role.READ_ONLY: frozenset(_READ),
    Role.GUEST: frozenset(_GUEST),
    # Nothing until relo knows whose people an employer may see.
    Role.EMPLOYER_CONTACT: frozenset(),
}

# Signing, sealing and managing stay with people: no scope holds them.
SCOPES: Mapping[str, frozenset[Permission]] = {
    TokenScope.READ: frozenset(_READ - {P.DOWNLOAD_FILES}),
    TokenScope.WRITE: frozenset(
        {
            P.OPEN_CASES,
            P.EDIT_CASES,
            P.MOVE_CASES,
            P.SETTLE_ITEMS,
            P.WAIVE_ITEMS,
            P.DECIDE_FINDINGS,
            P.UPLOAD_DOCUMENTS,
            P.BUILD_PACKETS,
        }
    ),
    # A document that passes review settles its item.
    TokenScope.REVIEW: frozenset({P.REVIEW_DOCUMENTS, P.SETTLE_ITEMS}),
    TokenScope.FILES: frozenset({P.DOWNLOAD_FILES}),
    TokenScope.RESTRICTED: frozenset({P.VIEW_RESTRICTED}),
    TokenScope.BOUNCES: frozenset({P.REPORT_BOUNCES}),
}

# A candidate acts on their own case only; which case is theirs is the selectors' business.
CANDIDATE_PERMISSIONS: frozenset[Permission] = frozenset({P.UPLOAD_DOCUMENTS})


def permissions_of_member(role: str, visibility: str) -> frozenset[Permission]:
    """Where cases are shown to those assigned only, administrators alone keep the whole view."""
    granted = PERMISSIONS[role]
    if visibility == Visibility.AGENCY or role == Role.ADMINISTRATOR:
        return granted
    return granted - {P.VIEW_ALL_CASES}


def permissions_of_token(role: str, scopes: Iterable[str]) -> frozenset[Permission]:
    """A scope this release does not know opens nothing."""
    named: frozenset[Permission] = frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
    return PERMISSIONS[role] & named
