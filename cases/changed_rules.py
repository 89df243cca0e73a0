"""Which cases a rule change touches, and which rules each of them would be on. Everything else asks here."""

from typing import Any

from django.db.models import QuerySet

from cases.models import Case, RouteVersion, RuleChange
from cases.packs import pack_of
from cases.routes.schema import Pack


def pack_after(change: RuleChange, case: Case) -> Pack:
    """The pack the case would have. It is not put on it by asking."""
    return pack_of(_version(change))


def pins_after(change: RuleChange, case: Case) -> dict[str, Any]:
    """What the case would be pinned to, by the name of its fields."""
    return {"route_version": _version(change)}


def is_on(change: RuleChange, case: Case) -> bool:
    return all(getattr(case, name) == value for name, value in pins_after(change, case).items())


def cases_touched(change: RuleChange) -> QuerySet[Case]:
    """Open cases on other rules of the route. A base is no business of cases on an edition of the agency's own."""
    version = _version(change)
    cases = Case.objects.filter(closed_at=None, route_code=version.code).exclude(route_version=version)
    if version.agency_id is None:
        cases = cases.filter(route_version__in=RouteVersion.objects.filter(agency=None, code=version.code).values("pk"))
    return cases


def name_of_change(change: RuleChange) -> str:
    """For the timeline: a code, the same in every language."""
    return _version(change).edition


def _version(change: RuleChange) -> RouteVersion:
    if change.route_version is None:
        raise LookupError("a rule change without rules")
    return change.route_version
