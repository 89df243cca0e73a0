"""Facts about sample people, as the rules read them. Days count from today, so that the demo never grows old."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Calendar:
    """`day(-400)`: 400 days ago, as facts are told."""

    today: date

    def day(self, days: int) -> str:
        return str(self.today + timedelta(days=days))


def passport(calendar: Calendar, *, expires_in: int, blank_pages: int = 14) -> Facts:
    issued = calendar.day(min(expires_in - 3650, -30))
    return {"issued_on": issued, "expires_on": calendar.day(expires_in), "blank_pages": blank_pages}


def degree(
    calendar: Calendar,
    *,
    level: int,
    field: str,
    institution: str,
    country: str,
    conferred_in: int,
    language: str = "en",
    tier: str = "unclear",
    verified_by: str = "none",
) -> Facts:
    return {
        "level": level,
        "field_isced": field,
        "institution": institution,
        "institution_country": country,
        "institution_tier": tier,
        "conferred_on": calendar.day(conferred_in),
        "language": language,
        "verified_by": verified_by,
    }


def job(
    calendar: Calendar,
    *,
    employer: str,
    country: str,
    since: int,
    kind: str = "company",
    role: str = "other",
    stem: bool = True,
) -> Facts:
    return {
        "employer": employer,
        "employer_kind": kind,
        "role": role,
        "started_on": calendar.day(since),
        "current": True,
        "stem": stem,
        "country": country,
    }


def origin(*, ex_chinese: bool = False, chinese_parent: bool = False, names_differ: bool = False) -> Facts:
    return {"ex_chinese": ex_chinese, "chinese_parent_at_birth": chinese_parent, "names_differ": names_differ}


ASKED = ("degree_auth", "police", "medical", "plan", "old_passport", "translation")


def post(name: str, *asks: str, fingerprints: bool = False, form_days: int = 30) -> Facts:
    """What a post asks for, all of it invented; what it does not ask for is known, too."""
    if unknown := set(asks) - set(ASKED):
        raise ValueError(f"not among what a post may ask: {unknown}")
    told = {f"asks_{name}": name in asks for name in ASKED}
    return {"name": name, **told, "takes_fingerprints": fingerprints, "form_days": form_days}
