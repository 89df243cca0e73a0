"""Bringing shipped packs into the database as published base versions."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction

from cases.models import RouteVersion, VersionStatus
from cases.packs import pack_of
from cases.routes.schema import Pack
from cases.services.locking import name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor


class EditionChanged(Exception):
    """A published edition and the file of the same edition differ: published rules never change."""


@dataclass(frozen=True, slots=True)
class Loaded:
    code: str
    edition: str
    is_new: bool


@transaction.atomic
def publish_base_version(*, pack: Pack, actor: Actor) -> Loaded:
    """Publish a shipped pack as a base version. The same content again changes nothing."""
    actor.require(Permission.EDIT_ROUTES)
    content = pack.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    existing = RouteVersion.objects.filter(agency=None, code=pack.code, edition=pack.edition).first()
    if existing is not None:
        # Compared as packs: a field that later releases added does not change what was published.
        if pack_of(existing) != pack:
            raise EditionChanged(
                f"{pack.code} {pack.edition} is published with other content. Give the changed file a new edition."
            )
        return Loaded(pack.code, pack.edition, is_new=False)
    RouteVersion.objects.create(
        agency_id=None,
        code=pack.code,
        edition=pack.edition,
        status=VersionStatus.PUBLISHED,
        content=content,
        content_sha256=digest,
        published_at=clock.now(),
        published_by=name_of(actor),
    )
    return Loaded(pack.code, pack.edition, is_new=True)
