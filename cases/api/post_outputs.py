"""Consulates and visa centres as the API shows them."""

from typing import Any

from rest_framework import serializers

from cases.api.texts import TextOut, text_out
from cases.models import Case, Post, PostEdition
from cases.packs import in_force
from cases.post_words import matters
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import fresh_until
from cases.routes.schema import Pack


class SaidOut(serializers.Serializer[Any]):
    """`answer` or `text` may be missing: the page then says only the other."""

    code = serializers.CharField(help_text="appointment, interview, proxy, payment or form")
    name = TextOut()
    answer = TextOut(allow_null=True)
    text = TextOut(allow_null=True)
    evidence = serializers.CharField(help_text="evidence level")


class CasePostOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = TextOut()
    edition = serializers.CharField()
    page = serializers.CharField()
    read_on = serializers.DateField()
    fresh_until = serializers.DateField(help_text="after this day the page is to be read again before the hand-in")
    says = SaidOut(many=True)


class PostEditionOut(serializers.Serializer[Any]):
    route = serializers.CharField()
    edition = serializers.CharField()
    page = serializers.CharField()
    read_on = serializers.DateField()
    review_by = serializers.DateField()
    published_at = serializers.DateTimeField()
    says = SaidOut(many=True)


class PostOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = TextOut()
    country = serializers.CharField()
    city = serializers.CharField()
    time_zone = serializers.CharField()
    serves = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField(help_text="else no case can choose it")
    editions = PostEditionOut(many=True, help_text="what it asks, one in force a route")


class PostPageOut(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PostOut(many=True)


def post_of_case(case: Case, pack: Pack) -> dict[str, Any] | None:
    if case.post_edition_id is None:
        return None
    edition = in_force(case.post_edition_id)
    return {
        "id": edition.post_id,
        "name": text_out(edition.post_name),
        "edition": edition.edition,
        "page": edition.overlay.source_url,
        "read_on": edition.overlay.read_on,
        "fresh_until": fresh_until(edition.overlay, pack.post_read_days),
        "says": _says(edition.overlay),
    }


def _says(overlay: Overlay) -> list[dict[str, Any]]:
    return [
        {
            "code": line.key,
            "name": text_out(line.title),
            "answer": text_out(line.answer) if line.answer else None,
            "text": text_out(line.text) if line.text else None,
            "evidence": line.evidence.level if line.evidence else "",
        }
        for line in matters(overlay)
    ]


def post_out(post: Post) -> dict[str, Any]:
    """With what is in force, as current_editions() orders it, prefetched to `in_force_editions`."""
    editions: list[PostEdition] = post.in_force_editions  # type: ignore[attr-defined]
    return {
        "id": post.pk,
        "kind": post.kind,
        "name": {"en": post.name_en, "zh": post.name_zh},
        "country": post.country,
        "city": post.city,
        "time_zone": post.time_zone,
        "serves": post.serves,
        "is_active": post.is_active,
        "editions": [_edition_out(edition) for edition in editions],
    }


def _edition_out(edition: PostEdition) -> dict[str, Any]:
    overlay = Overlay.model_validate(edition.content)
    return {
        "route": edition.route_code,
        "edition": edition.edition,
        "page": overlay.source_url,
        "read_on": overlay.read_on,
        "review_by": overlay.review_by,
        "published_at": edition.published_at,
        "says": _says(overlay),
    }
