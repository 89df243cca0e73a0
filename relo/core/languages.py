"""Texts that carry both languages, in the one that is wanted."""

from typing import Protocol

from django.utils.translation import get_language


class Bilingual(Protocol):
    @property
    def en(self) -> str: ...
    @property
    def zh(self) -> str: ...


def is_chinese(language: str | None = None) -> bool:
    """Of the language given, or of the page."""
    return (get_language() or "" if language is None else language).startswith("zh")


def in_language(text: Bilingual, language: str | None = None) -> str:
    return text.zh if is_chinese(language) else text.en
