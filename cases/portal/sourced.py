"""How far we know a thing: how sure, from where, and when it was last looked at."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cases.portal.words import HOW_SURE, Words
from cases.routes.overlay_parts import PageEvidence
from cases.routes.reading import shipped_sources
from cases.routes.sources import Source, Sources
from cases.routes.values import Evidence
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class HowSure:
    """`source` is None where nothing was published, where the rule is ours, or where it stands on `page_url`."""

    level: str
    words: Words
    note: str
    source: Source | None
    checked_on: date
    page_url: str = ""


@lru_cache(maxsize=1)
def _sources() -> Sources:
    return shipped_sources()


def how_sure(evidence: Evidence) -> HowSure:
    return HowSure(
        level=evidence.level,
        words=HOW_SURE[evidence.level],
        note=in_language(evidence.note) if evidence.note else "",
        source=_sources().get(evidence.source or ""),
        checked_on=evidence.checked_on,
        page_url=evidence.page_url if isinstance(evidence, PageEvidence) else "",
    )
