"""Days in the language of the page."""

from datetime import date, datetime

from django.utils import formats, timezone

from relo.core.languages import is_chinese


def day_in_words(value: date) -> str:
    """6 Dec 2026, and not 12/6/2026 or 6/12/2026, which half of the readers take for another day."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return formats.date_format(value, "Y年n月j日" if is_chinese() else "j M Y")
