"""What a staff view knows of its request beyond Django: the actor, and their agency."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.accounts.services import agency_of
from relo.core.actors import Actor


def actor_in(request: HttpRequest) -> Actor | None:
    """The member of staff behind the request, as StaffScopeMiddleware found them."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None


def staff(request: HttpRequest) -> Actor:
    actor = actor_in(request)
    if actor is None:
        raise PermissionDenied
    return actor


def staff_who_may(request: HttpRequest, permission: Permission) -> Actor:
    actor = staff(request)
    if not actor.may(permission):
        raise PermissionDenied
    return actor


def agency_in(request: HttpRequest) -> Agency:
    """Read once per request: every page names the agency and shows times in its zone."""
    found: Agency | None = getattr(request, "desk_agency", None)
    if found is None:
        found = agency_of(staff(request))
        request.desk_agency = found  # type: ignore[attr-defined]
    return found
