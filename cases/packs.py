"""The parsed pack of a route version. Published versions never change, so one parse a process is enough."""

from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.models import Case, RouteVersion, VersionStatus
from cases.routes.former import with_former
from cases.routes.schema import Pack
from relo.core.errors import NotFound


@lru_cache(maxsize=64)
def _parsed(version_id: UUID, content_sha256: str) -> Pack:
    # The digest is part of the key: a draft may change, and no other content may ever be served for it.
    return Pack.model_validate(RouteVersion.objects.get(pk=version_id).content)


def pack_of(version: RouteVersion) -> Pack:
    return _parsed(version.pk, version.content_sha256)


def pack_of_case(case: Case) -> Pack:
    return with_former(pack_of(case.route_version), case.former_requirements)


def published_versions() -> list[RouteVersion]:
    """What a new case may start on, one a route: the agency's own edition if it has one, else the base; the latest."""
    versions = RouteVersion.objects.filter(status=VersionStatus.PUBLISHED).defer("content")
    best: dict[str, RouteVersion] = {}
    for version in versions.order_by("code", "published_at"):
        chosen = best.get(version.code)
        if chosen is None or (chosen.agency_id is None) >= (version.agency_id is None):
            best[version.code] = version
    return list(best.values())


def published_version(route_code: str) -> RouteVersion:
    for version in published_versions():
        if version.code == route_code:
            return version
    raise NotFound("route_unknown", _("There is no published route with this code. GET /api/v1/routes/ lists them."))
