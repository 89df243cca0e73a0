"""One part of a draft as a form: what editors change most as fields, the rest of it as YAML below."""

from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from django.utils.translation import gettext as _

from cases.admin.part_fields import ROWS, label_of
from cases.routes.schema import Pack
from cases.services.editing import DraftRefused, plain_yaml
from relo.core.errors import Invalid, ReloError
from relo.desk.fields import WideText


class PartForm(forms.Form):
    """`seen` names the draft the page was made from."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, section: str, pack: Pack, part: Mapping[str, Any] | None, seen: str
    ) -> None:
        super().__init__(data, initial={"seen": seen})
        self.rows, self.is_new = ROWS[section], part is None
        left = dict(part or {})
        for path, make, required in self.rows:
            field = make(pack, label_of(path), required)
            field.initial = _value(part or {}, path)
            if path == "code" and part is not None:
                field.disabled = True  # what stored cases name it by
            self.fields[path] = field
            left.pop(path.partition(".")[0], None)
        rest = WideText(
            label=_("Everything else, as YAML"),
            required=False,
            max_length=20000,
            help_text=_("Named values, as in the file."),
        )
        rest.initial = _as_yaml(left)
        self.fields["rest"] = rest

    def part(self) -> dict[str, Any]:
        """As the pack has it. Raises DraftRefused where the YAML cannot be read."""
        told = plain_yaml(self.cleaned_data["rest"])
        for path, _make, _required in self.rows:
            _put(told, path, _plain(self.cleaned_data[path]))
        for name in ("shelf_life", "how_many", "evidence", "says", "per"):
            if isinstance(told.get(name), dict):
                told[name] = _without_blanks(told[name], keep=name == "how_many")
        if isinstance(told.get("shelf_life"), dict) and "counts_from" not in told["shelf_life"]:
            told["shelf_life"] = None
        return {name: value for name, value in told.items() if value is not None}

    def refuse(self, refusal: ReloError) -> None:
        """Each sentence at the field it is about, or on top with its place."""
        errors = refusal.errors if isinstance(refusal, Invalid) else {"": str(refusal.detail)}
        for at, sentence in errors.items():
            place = at.split(".", 2)[-1] if isinstance(refusal, DraftRefused) else at
            name = next((path for path in self.fields if path == place or path.startswith(f"{place}.")), None)
            self.add_error(name, str(sentence) if name or not at else f"{at}: {sentence}")


def _value(part: Mapping[str, Any], path: str) -> Any:
    value: Any = part
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(told: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        told = told.setdefault(step, {}) if isinstance(told.get(step, {}), dict) else {}
    told[last] = value


def _plain(value: Any) -> Any:
    if value in ("", None):
        return None
    return value if isinstance(value, bool | int | list | str) else str(value)


def _without_blanks(told: dict[str, Any], *, keep: bool = False) -> dict[str, Any] | None:
    """What was left empty is not there; a text of which nothing is there is none. `keep`: an empty `max` means any."""
    filled = {name: _without_blanks(value) if isinstance(value, dict) else value for name, value in told.items()}
    filled = {name: value for name, value in filled.items() if value is not None or (keep and name == "max")}
    return filled or None


def _as_yaml(left: Mapping[str, Any]) -> str:
    told = {name: value for name, value in left.items() if value not in (None, [], {}, ())}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100) if told else ""
