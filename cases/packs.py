"""The parsed pack of a route version, and of a case: overlaid by what its post asks.

What is published never changes, so one parse a process is enough.
"""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.models import Case, PostEdition, RouteVersion, VersionStatus
from cases.routes.former import with_former
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import fitting, overlaid
from cases.routes.schema import Pack
from cases.routes.values import Text
from relo.core.errors import NotFound


@lru_cache(maxsize=64)
def _parsed(version_id: UUID, content_sha256: str) -> Pack:
    # The digest is part of the key: a draft may change, and no other content may ever be served for it.
    return Pack.model_validate(RouteVersion.objects.get(pk=version_id).content)


def pack_of(version: RouteVersion) -> Pack:
    return _parsed(version.pk, version.content_sha256)


def pack_of_case(case: Case) -> Pack:
    """What is asked in this case. Every page, gate and rule reads this one."""
    return with_former(pack_under(case.route_version, case.post_edition_id), case.former_requirements)


def pack_under(version: RouteVersion, post_edition_id: UUID | None) -> Pack:
    """A version as a post asks for it."""
    if post_edition_id is None:
        return pack_of(version)
    return _combined(version.pk, version.content_sha256, post_edition_id)


@lru_cache(maxsize=256)
def _combined(version_id: UUID, content_sha256: str, post_edition_id: UUID) -> Pack:
    pack = _parsed(version_id, content_sha256)
    return overlaid(pack, fitting(pack, in_force(post_edition_id).overlay))


@dataclass(frozen=True, slots=True)
class EditionInForce:
    """A published edition of a post, parsed. What is told of the post is as it was when the edition was first read."""

    post_id: UUID
    post_name: Text
    country: str
    time_zone: str
    edition: str
    overlay: Overlay


@lru_cache(maxsize=512)
def in_force(post_edition_id: UUID) -> EditionInForce:
    """By its id alone: only what is frozen is pinned by a case."""
    edition = PostEdition.objects.select_related("post").get(pk=post_edition_id)
    if not edition.is_frozen:
        raise RuntimeError("a case is pinned to an edition that may still change")
    return EditionInForce(
        post_id=edition.post_id,
        post_name=Text(en=edition.post.name_en, zh=edition.post.name_zh),
        country=edition.post.country,
        time_zone=edition.post.time_zone,
        edition=edition.edition,
        overlay=Overlay.model_validate(edition.content),
    )


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
