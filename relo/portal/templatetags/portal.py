"""Days and moments as they are written in each language; a moment always names its zone."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as formatted

from relo.core.languages import is_chinese

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formatted(value, "Y年n月j日" if is_chinese() else "j F Y")


@register.filter
def moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)} {local:%H:%M} ({timezone.get_current_timezone_name()})"
