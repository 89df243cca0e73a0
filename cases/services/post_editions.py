"""Editions of what a post asks: drafted by one person, published by another, and frozen from then on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Post, PostEdition, PostKind, VersionStatus
from cases.packs import pack_of, published_version
from cases.post_selectors import known_post, published_editions
from cases.routes.countries import KNOWN
from cases.routes.overlay_checks import overlay_faults
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import OverlayFault, OverlayInvalid, overlay_from
from cases.routes.reading import shipped_sources
from cases.services.locking import name_of
from cases.services.publishing import make_rule_change, refuse_unseen_content
from cases.services.reasons import refuse_no_sentence
from relo.accounts.models import Agency
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.core.languages import is_chinese
from relo.core.scoping import scoped_agency_id
from relo.core.zones import is_time_zone

MOST_CHARACTERS = 200_000  # of an overlay: far more than a page says, far less than what slows a case down


@dataclass(frozen=True, slots=True)
class NewPost:
    kind: str
    name_en: str
    name_zh: str
    country: str
    city: str
    time_zone: str
    serves: tuple[str, ...] = ()


@transaction.atomic
def add_post(*, new: NewPost, actor: Actor) -> Post:
    actor.require(Permission.EDIT_ROUTES)
    _refuse_unlikely(new)
    try:
        with transaction.atomic():
            return Post.objects.create(
                kind=new.kind,
                name_en=new.name_en.strip(),
                name_zh=new.name_zh.strip(),
                country=new.country,
                city=new.city.strip(),
                time_zone=new.time_zone,
                serves=list(new.serves),
            )
    except IntegrityError:
        message = _("There is one of this name already. Use that one, or tell the two apart by their names.")
        raise Conflict("post_exists", message) from None


@transaction.atomic
def set_post_in_use(*, post_id: UUID, is_active: bool, actor: Actor) -> Post:
    """Out of use, it cannot be chosen any more; cases that are there stay."""
    actor.require(Permission.EDIT_ROUTES)
    post = known_post(post_id, actor)
    post.is_active = is_active
    post.save(update_fields=["is_active"])
    return post


@transaction.atomic
def draft_edition(*, post_id: UUID, route_code: str, content: Mapping[str, Any], actor: Actor) -> PostEdition:
    """A new draft of what the post asks on a route. Whoever writes it is who read the page."""
    actor.require(Permission.EDIT_ROUTES)
    post = known_post(post_id, actor)
    published_version(route_code)  # or says that there is no such route
    overlay = _checked({**content, "read_by": name_of(actor)}, route_code)
    return PostEdition.objects.create(
        post=post,
        route_code=route_code,
        edition=_free_name(post, route_code, overlay),
        author=name_of(actor),
        **_stored(overlay),
    )


@transaction.atomic
def change_draft(*, edition_id: UUID, content: Mapping[str, Any], seen: str, actor: Actor) -> PostEdition:
    """Another reading makes another reader; words alone leave the reader as it was. `seen`: the digest of what the
    page showed."""
    actor.require(Permission.EDIT_ROUTES)
    edition = _locked(edition_id, VersionStatus.DRAFT)
    if seen != edition.content_sha256:
        raise Conflict(
            "draft_changed", _("A colleague changed the draft meanwhile. Reload the page and enter yours again.")
        )
    overlay = _checked({**content, "read_by": name_of(actor)}, edition.route_code)
    before = Overlay.model_validate(edition.content)
    if (overlay.source_url, overlay.read_on) == (before.source_url, before.read_on):
        overlay = overlay.model_copy(update={"read_by": before.read_by})
    for name, value in _stored(overlay).items():
        setattr(edition, name, value)
    edition.author = name_of(actor)
    edition.save(update_fields=["content", "content_sha256", "author"])
    return edition


@transaction.atomic
def submit_edition(*, edition_id: UUID, actor: Actor) -> PostEdition:
    """Give it to a second person."""
    actor.require(Permission.EDIT_ROUTES)
    edition = _locked(edition_id, VersionStatus.DRAFT)
    edition.status, edition.sent_back_reason = VersionStatus.IN_REVIEW, ""
    edition.submitted_by, edition.submitted_at = name_of(actor), clock.now()
    edition.save(update_fields=["status", "sent_back_reason", "submitted_by", "submitted_at"])
    return edition


@transaction.atomic
def send_back_edition(*, edition_id: UUID, reason: str, actor: Actor) -> PostEdition:
    """A draft again, with what has to change."""
    actor.require(Permission.EDIT_ROUTES)
    refuse_no_sentence(reason)
    edition = _locked(edition_id, VersionStatus.IN_REVIEW)
    edition.status, edition.sent_back_reason = VersionStatus.DRAFT, reason.strip()
    edition.save(update_fields=["status", "sent_back_reason"])
    return edition


@transaction.atomic
def publish_edition(*, edition_id: UUID, seen: str, actor: Actor) -> PostEdition:
    """By somebody who neither wrote nor submitted it. New choices get it; cases stay where they are.

    `seen`: the digest of what that person was shown.
    """
    actor.require(Permission.EDIT_ROUTES)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can publish an edition. Do it in the admin."))
    edition = _locked(edition_id, VersionStatus.IN_REVIEW)
    Post.objects.select_for_update().get(pk=edition.post_id)  # of two published at once, the later replaces the earlier
    if name_of(actor) in (edition.author, edition.submitted_by, Overlay.model_validate(edition.content).read_by):
        raise Conflict("same_person", _("You wrote or submitted this edition. Somebody else has to publish it."))
    refuse_unseen_content(edition, seen)
    _checked(edition.content, edition.route_code)  # the route may have moved on since it was written
    edition.status = VersionStatus.PUBLISHED
    edition.published_by, edition.published_at = name_of(actor), clock.now()
    edition.save(update_fields=["status", "published_by", "published_at"])
    post_edition_published(edition, actor)
    return edition


def post_edition_published(edition: PostEdition, actor: Actor) -> None:
    """What follows from a publication, in its transaction.

    Whatever it replaces cannot be chosen any more, and what it means for open cases of the post is worked out for a
    person to decide.
    """
    replaced = published_editions().filter(post=edition.post_id, route_code=edition.route_code).exclude(pk=edition.pk)
    if replaced.update(status=VersionStatus.RETIRED):
        make_rule_change(edition.agency_id, post_edition=edition)


def _locked(edition_id: UUID, status: VersionStatus) -> PostEdition:
    edition = PostEdition.objects.select_for_update(of=("self",)).filter(pk=edition_id).first()
    if edition is None:
        raise NotFound("not_found", _("There is no such edition."))
    if edition.status != status:
        raise Conflict(
            "edition_moved_on", _("This edition is not where you saw it any more. Reload the page to see it as it is.")
        )
    return edition


def _stored(overlay: Overlay) -> dict[str, Any]:
    content = overlay.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return {"content": content, "content_sha256": hashlib.sha256(text.encode()).hexdigest()}


def _free_name(post: Post, route_code: str, overlay: Overlay) -> str:
    """The day the page was read; a second reading of the day is -2."""
    day = overlay.read_on.isoformat()
    taken = set(PostEdition.objects.filter(post=post, route_code=route_code).values_list("edition", flat=True))
    names = (day if count == 1 else f"{day}-{count}" for count in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _checked(content: Mapping[str, Any], route_code: str) -> Overlay:
    """The overlay if it can be relied on, or every reason why not."""
    try:
        too_long = len(json.dumps(content, default=str)) > MOST_CHARACTERS
    except (TypeError, ValueError):
        too_long = True
    if too_long:
        message = _("This is more than a page of a consulate can say. Shorten it.")
        raise Invalid("overlay_invalid", message, errors={"": message})
    try:
        overlay = overlay_from(content)
    except OverlayInvalid as refused:
        raise _refused(refused.faults) from None
    today = clock.today(Agency.objects.get(pk=scoped_agency_id()).time_zone)
    if faults := overlay_faults(pack_of(published_version(route_code)), overlay, shipped_sources(), today):
        raise _refused(faults)
    return overlay


def _refused(faults: list[OverlayFault]) -> Invalid:
    chinese = is_chinese()
    errors = {
        ".".join(str(step) for step in fault.place): fault.text.zh if chinese else fault.text.en for fault in faults
    }
    return Invalid("overlay_invalid", _("Some of what the page is said to ask cannot be right."), errors=errors)


def _refuse_unlikely(new: NewPost) -> None:
    errors: dict[str, str] = {}
    if new.kind not in PostKind.values:
        errors["kind"] = _("Choose consulate, embassy or visa centre.")
    for name in ("name_en", "name_zh", "city"):
        if not getattr(new, name).strip():
            errors[name] = _("This is empty. Fill it in.")
    if new.country not in KNOWN:
        errors["country"] = _("Choose the country it is in.")
    if not is_time_zone(new.time_zone):
        errors["time_zone"] = _("Choose a time zone such as Europe/Berlin.")
    if unknown := [code for code in new.serves if code not in KNOWN]:
        errors["serves"] = _("There is no such country code: %(codes)s.") % {"codes": ", ".join(unknown)}
    if errors:
        raise Invalid("post_invalid", _("Some of the details of the post cannot be right."), errors=errors)
