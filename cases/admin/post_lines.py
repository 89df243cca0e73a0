"""Editions of a post as lines of a list: how far they are, who wrote them, and until when they count."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import PostEdition, VersionStatus
from cases.routes.overlay_parts import Overlay
from cases.routes.overlays import fresh_until
from relo.core import clock
from relo.desk.wording import day_in_words

TONES = {
    VersionStatus.DRAFT: "quiet",
    VersionStatus.IN_REVIEW: "act",
    VersionStatus.PUBLISHED: "done",
    VersionStatus.RETIRED: "quiet",
}


def edition_url(edition: PostEdition) -> str:
    return reverse("admin:cases_post_edition", args=[edition.pk])


def shown_edition(
    edition: PostEdition, names: dict[str, str], today: date, kept: Mapping[str, int | None]
) -> dict[str, Any]:
    overlay = Overlay.model_validate(edition.content)
    until = fresh_until(overlay, kept.get(edition.route_code))
    return {
        "edition": edition,
        "url": edition_url(edition),
        "tone": TONES[VersionStatus(edition.status)],
        "author": names.get(edition.author, ""),
        "overlay": overlay,
        "until": until,
        "is_stale": edition.status == VersionStatus.PUBLISHED and until < today,
    }


def freshness_in_words(in_force: Iterable[PostEdition], kept: Mapping[str, int | None]) -> tuple[str, str]:
    """Tone and words for the edition that goes stale first. In the time zone of the page."""
    days = [fresh_until(Overlay.model_validate(one.content), kept.get(one.route_code)) for one in in_force]
    if not days:
        return "quiet", _("not published yet")
    until = min(days)
    if until < clock.today(timezone.get_current_timezone_name()):
        return "stop", _("read too long ago, counted until %(day)s") % {"day": day_in_words(until)}
    return "done", _("counts until %(day)s") % {"day": day_in_words(until)}
