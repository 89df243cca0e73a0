"""Reads about consulates and visa centres: which there are, what is in force, and how fresh it is."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.gates import PostFacts
from cases.models import Case, CaseEvent, FreshnessWaiver, Post, PostEdition, VersionStatus
from cases.packs import in_force, pack_of, published_versions
from cases.routes.overlays import fresh_until
from cases.routes.schema import Pack
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import NotFound


def posts_visible_to(actor: Actor) -> QuerySet[Post]:
    actor.require(Permission.VIEW_ROUTES)
    return Post.objects.order_by("name_en", "id")


def known_post(post_id: UUID, actor: Actor) -> Post:
    post = posts_visible_to(actor).filter(pk=post_id).first()
    if post is None:
        raise NotFound("post_unknown", _("There is no such consulate or visa centre. GET /api/v1/posts/ lists them."))
    return post


def editions_of(post: Post) -> QuerySet[PostEdition]:
    """The newest first."""
    return PostEdition.objects.filter(post=post).order_by("-created_at", "-id")


def published_editions() -> QuerySet[PostEdition]:
    return PostEdition.objects.filter(status=VersionStatus.PUBLISHED)


def current_edition(post_id: UUID, route_code: str) -> PostEdition | None:
    """What a case that chooses this post now is given."""
    editions = published_editions().filter(post=post_id, route_code=route_code)
    return editions.order_by("-published_at", "-id").first()


def newer_edition(case: Case) -> PostEdition | None:
    """An edition of the case's post that was published after the one it stands on."""
    if case.post_edition_id is None:
        return None
    current = current_edition(in_force(case.post_edition_id).post_id, case.route_code)
    return current if current is not None and current.pk != case.post_edition_id else None


def cases_on_edition(edition: PostEdition) -> QuerySet[Case]:
    """Open cases that stand on this edition until somebody decides otherwise."""
    return Case.objects.filter(post_edition=edition, closed_at=None).order_by("pk")


def waiver_of(case: Case) -> FreshnessWaiver | None:
    """The waiver that counts now: of this visit to the stage, and of nothing older than what the post says now."""
    waivers = FreshnessWaiver.objects.filter(
        case=case, post_edition=case.post_edition_id, stage_entered_at=case.stage_entered_at
    )
    waiver = waivers.select_related("waived_by").order_by("-waived_at").first()
    if waiver is None:
        return None
    newer = newer_edition(case)
    is_void = newer is not None and newer.published_at is not None and newer.published_at > waiver.waived_at
    return None if is_void else waiver


def freshness_of(case: Case, pack: Pack) -> PostFacts | None:
    """None where no post is chosen. A waiver is looked for only where one is wanted."""
    if case.post_edition_id is None:
        return None
    until = fresh_until(in_force(case.post_edition_id).overlay, pack.post_read_days)
    facts = PostFacts(fresh_until=until, today=clock.today(case.agency.time_zone))
    if not facts.is_stale or waiver_of(case) is None:
        return facts
    return PostFacts(fresh_until=until, today=facts.today, is_waived=True)


def posts_to_choose(route_code: str) -> QuerySet[Post]:
    """Those in use that have something in force on this route."""
    with_edition = published_editions().filter(post=OuterRef("pk"), route_code=route_code)
    return Post.objects.filter(Exists(with_edition), is_active=True).order_by("name_en", "id")


def current_editions() -> QuerySet[PostEdition]:
    """In force, the newest of a post and route first."""
    return published_editions().order_by("post", "route_code", "-published_at", "-id")


def days_kept() -> dict[str, int | None]:
    """How long each route relies on a page that was read; of one that is not offered any more, nothing is said."""
    return {version.code: pack_of(version).post_read_days for version in published_versions()}


def known_edition(edition_id: UUID, actor: Actor) -> PostEdition:
    """Missing and another agency's answer alike."""
    actor.require(Permission.VIEW_ROUTES)
    edition = PostEdition.objects.select_related("post").filter(pk=edition_id).first()
    if edition is None:
        raise NotFound("not_found", _("There is no such edition."))
    return edition


def edition_before(edition: PostEdition) -> PostEdition | None:
    """What was, or is, in force before this one."""
    others = PostEdition.objects.filter(
        post=edition.post_id, route_code=edition.route_code, published_at__isnull=False
    ).exclude(pk=edition.pk)
    if edition.published_at is not None:
        others = others.filter(published_at__lt=edition.published_at)
    return others.order_by("-published_at", "-id").first()


def with_editions(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Each with what is in force there, in `in_force_editions`."""
    return posts.prefetch_related(Prefetch("editions", queryset=current_editions(), to_attr="in_force_editions"))


def posts_named(events: Iterable[CaseEvent]) -> dict[str, Post]:
    """The posts that events name, by the id as it stands in them."""
    named = {event.data["post"] for event in events if "post" in event.data}
    return {str(post.pk): post for post in Post.objects.filter(pk__in=named)} if named else {}
