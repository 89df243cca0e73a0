"""How texts, times and days are written on the staff's pages."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template

from relo.core.languages import Bilingual, in_language
from relo.desk.wording import day_in_words

register = template.Library()


@register.filter
def words(text: Bilingual | None) -> str:
    return in_language(text) if text is not None else ""


@register.filter
def day(value: date | None) -> str:
    return day_in_words(value) if value is not None else ""


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], value: datetime | None) -> str:
    """Date and time in the agency's zone, and which zone that is."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(context["agency"].time_zone))
    return f"{day_in_words(local.date())} {local:%H:%M} {_zone(local)}"


def _zone(local: datetime) -> str:
    offset = local.strftime("%z")
    if offset == "+0000":
        return "UTC"
    hours, minutes = int(offset[:3]), offset[3:]
    return f"UTC{hours:+d}" if minutes == "00" else f"UTC{hours:+d}:{minutes}"
