"""Texts of the data (routes, events, reasons) and days, in the language of the page."""

from datetime import date, datetime
from typing import Protocol

from django.utils import formats, timezone, translation


class Bilingual(Protocol):
    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...


def in_language(text: Bilingual) -> str:
    return text.zh if _is_chinese() else text.en


def day_in_words(value: date) -> str:
    """6 Dec 2026, and not 12/6/2026 or 6/12/2026, which half of the readers take for another day."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return formats.date_format(value, "Y年n月j日" if _is_chinese() else "j M Y")


def _is_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")
