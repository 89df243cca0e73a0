"""Fields that the forms of a post share, and texts in both languages as they are typed and kept."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.admin.evidence import LEVELS
from cases.routes.overlay_checks import LEVELS_OF_A_PAGE
from cases.routes.values import Evidence
from relo.core.languages import in_language


def in_both(en: str, zh: str) -> dict[str, str] | None:
    """Both or neither; of one alone the empty other is refused at its place."""
    return {"en": en, "zh": zh} if en or zh else None


def as_choice(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def both(name: str, text: Any) -> dict[str, str]:
    return {f"{name}-en": text.en, f"{name}-zh": text.zh} if text is not None else {}


def level_field() -> forms.Field:
    choices = [(level, LEVELS[level][0]) for level in LEVELS_OF_A_PAGE]
    return forms.ChoiceField(label=_("How sure"), choices=choices, initial="mission_practice")


def words_of(evidence: Evidence) -> dict[str, Any]:
    """What it says besides how sure we are and since when it was read."""
    told = {"quote", "note", "source", "effective_from", "effective_to"}
    return evidence.model_dump(mode="json", include=told, exclude_none=True)


def choice(label: str, choices: Any) -> forms.Field:
    given = [("", _("Not known")), *choices]
    return forms.TypedChoiceField(label=label, choices=given, empty_value=None, required=False)


def yes_no(label: str) -> forms.Field:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )


def texts(texts: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(code, in_language(text)) for code, text in texts.items()]


def code_from(name: str, taken: set[str]) -> str:
    """A code of the route's shape from an English name."""
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:34].strip("_") or "paper"
    stem = stem if stem[0].isalpha() else f"x_{stem}"
    names = (stem if count == 1 else f"{stem}_{count}" for count in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)
