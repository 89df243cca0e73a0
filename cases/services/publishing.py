"""Publishing editions: those that are shipped, and an agency's own, which a second person puts into force."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.changed_rules import cases_touched
from cases.models import Case, PostEdition, RouteVersion, RuleChange, VersionStatus
from cases.packs import pack_of
from cases.routes.golden import golden_faults
from cases.routes.schema import Pack
from cases.services.editing import DraftRefused, checked, digest_of, locked_draft, tell
from cases.services.locking import name_of
from cases.services.reasons import refuse_no_reason
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, NotPermitted
from relo.core.scoping import scoped_agency_id
from relo.outbox.service import put

COMPUTE = "cases.compute_impact"


class EditionChanged(Exception):
    """A published edition and the file of the same edition differ: published rules never change."""


@dataclass(frozen=True, slots=True)
class Loaded:
    code: str
    edition: str
    is_new: bool


@transaction.atomic
def publish_base_version(*, pack: Pack, actor: Actor) -> Loaded:
    """Publish a shipped pack as a base version, and offer it to agencies. The same content again changes nothing."""
    actor.require(Permission.EDIT_ROUTES)
    content = pack.model_dump(mode="json")
    digest = digest_of(content)
    existing = RouteVersion.objects.filter(agency=None, code=pack.code, edition=pack.edition).first()
    if existing is not None:
        # Compared as packs: a field that later releases added does not change what was published.
        if pack_of(existing) != pack:
            raise EditionChanged(
                f"{pack.code} {pack.edition} is published with other content. Give the changed file a new edition."
            )
        return Loaded(pack.code, pack.edition, is_new=False)
    version = RouteVersion.objects.create(
        agency_id=None,
        code=pack.code,
        edition=pack.edition,
        status=VersionStatus.PUBLISHED,
        content=content,
        content_sha256=digest,
        published_at=clock.now(),
        published_by=name_of(actor),
    )
    for agency_id in _agencies_on(version.code):
        make_rule_change(agency_id, route_version=version)
    return Loaded(pack.code, pack.edition, is_new=True)


@transaction.atomic
def send_to_review(*, version_id: UUID, note: str, actor: Actor) -> RouteVersion:
    """Freeze the draft for the second person, who reads the note first."""
    version = locked_draft(version_id, actor)
    refuse_no_reason(note)
    checked(version.content)
    version.status = VersionStatus.IN_REVIEW
    version.save(update_fields=["status"])
    tell(version, "sent_to_review", actor, note=note)
    return version


@transaction.atomic
def send_back(*, version_id: UUID, reason: str, actor: Actor) -> RouteVersion:
    version = locked_draft(version_id, actor, VersionStatus.IN_REVIEW)
    refuse_no_reason(reason)
    version.status = VersionStatus.DRAFT
    version.save(update_fields=["status"])
    tell(version, "sent_back", actor, note=reason)
    return version


@transaction.atomic
def publish_edition(*, version_id: UUID, seen: str, actor: Actor) -> RuleChange:
    """Put an edition into force, as somebody who neither began it nor edited it last. Open cases keep their rules.

    `seen`: the digest of what that person was shown.
    """
    version = locked_draft(version_id, actor, VersionStatus.IN_REVIEW)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can publish. Do it in the admin."))
    if name_of(actor) in (version.written_by, version.edited_by):
        raise Conflict("same_person", _("You wrote on this edition. Somebody else has to publish it."))
    refuse_unseen_content(version, seen)
    pack = checked(version.content)
    if faults := golden_faults(pack):
        raise DraftRefused(faults)
    version.status, version.published_at = VersionStatus.PUBLISHED, clock.now()
    version.published_by = name_of(actor)
    version.save(update_fields=["status", "published_at", "published_by"])
    tell(version, "published", actor)
    return make_rule_change(scoped_agency_id(), route_version=version)


def refuse_unseen_content(edition: RouteVersion | PostEdition, seen: str) -> None:
    """Two people stand for an edition: the second one for what they read, not for what it became meanwhile."""
    if seen != edition.content_sha256:
        raise Conflict(
            "edition_changed", _("It was changed since you looked at it. Read it as it is now, then publish it.")
        )


def make_rule_change(
    agency_id: UUID, *, route_version: RouteVersion | None = None, post_edition: PostEdition | None = None
) -> RuleChange:
    """What it means for open cases is worked out in the background. Making it twice makes one."""
    change, is_new = RuleChange.objects.get_or_create(
        agency_id=agency_id,
        route_version=route_version,
        post_edition=post_edition,
        defaults={"made_at": clock.now()},
    )
    if is_new:
        change.cases_total = cases_touched(change).filter(agency_id=agency_id).count()
        change.save(update_fields=["cases_total"])
        put(handler=COMPUTE, key=f"impact:{change.pk}:", payload={"change_id": str(change.pk), "after": ""},
            agency_id=agency_id)  # fmt: skip
    return change


def _agencies_on(code: str) -> Iterable[UUID]:
    """Those with open cases on the route, or an edition of their own."""
    with_cases = Case.objects.filter(route_code=code, closed_at=None).values_list("agency_id", flat=True).distinct()
    with_editions = RouteVersion.objects.filter(code=code, agency__isnull=False).values_list("agency_id", flat=True)
    return sorted({*with_cases, *(agency_id for agency_id in with_editions if agency_id is not None)})
