"""How sure we are of a value, and who said so, as staff see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.routes.overlay_parts import PageEvidence
from cases.routes.reading import shipped_sources
from cases.routes.sources import Source, Sources
from cases.routes.values import Evidence, Text

LEVELS: Mapping[str, tuple[Promise, Promise]] = {
    "official": (_("Official"), _("Stands in a law or on the page of the competent authority.")),
    "mission_practice": (_("Practice of the post"), _("Said by one consulate or visa centre; another may differ.")),
    "observed": (_("Observed"), _("Seen in cases, not written down by an authority.")),
    "reported": (_("Reported"), _("Written by the press or by advisers, not by an authority.")),
    "agency_policy": (_("Our policy"), _("Decided by the agency; no authority asks for it.")),
    "assumed": (_("Assumed"), _("Taken over from similar visas; nobody has confirmed it for this route.")),
    "not_published": (_("Not published"), _("No authority has said anything. Do not present it as a rule.")),
}


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    level: str
    label: Promise
    meaning: Promise
    source: Source | None
    url: str
    quote: str
    note: Text | None
    checked_on: date
    review_by: date
    is_stale: bool


def shown(evidence: Evidence, today: date) -> ShownEvidence:
    source = _sources().get(evidence.source) if evidence.source else None
    url = source.url if source is not None and source.url else ""
    if isinstance(evidence, PageEvidence):
        url = evidence.page_url
    label, meaning = LEVELS[evidence.level]
    return ShownEvidence(
        level=evidence.level,
        label=label,
        meaning=meaning,
        source=source,
        url=url if url.startswith(("https://", "http://")) else "",
        quote=evidence.quote or "",
        note=evidence.note,
        checked_on=evidence.checked_on,
        review_by=evidence.review_by,
        is_stale=evidence.review_by < today,
    )


@cache
def _sources() -> Sources:
    return shipped_sources()
