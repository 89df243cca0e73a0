"""The facts as a form: single values, groups, and rows of degrees and jobs, for what the route asks."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.admin.fact_fields import field_of, nationality_field, parts_of
from cases.admin.fact_sections import NONE_LABELS, SECTIONS, FactSection
from relo.core.errors import Invalid, ReloError
from relo.desk.acting import put_errors

MOST_ROWS = 50
NATIONALITIES = 10


@dataclass(frozen=True, slots=True)
class ShownSection:
    code: str
    title: str | Promise
    is_open: bool
    fields: list[Any]
    rows: list[list[Any]] = field(default_factory=list)


class FactsForm(forms.Form):
    """`known`: the facts as stored, in JSON's terms. `asked`: the paths to show."""

    def __init__(
        self, data: Any = None, *, known: Mapping[str, Any], asked: Iterable[str], of_case: bool, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.known = dict(known)
        self.asked = frozenset(asked)
        self.shown = [s for s in SECTIONS if (of_case or not s.of_case) and any(self._paths(n) for n in s.names)]
        for section in self.shown:
            for name in section.names:
                self._add(name, is_list=section.rows)

    # What is on the page.
    def sections(self) -> Iterator[ShownSection]:
        for section in self.shown:
            names = [name for name in self.fields if self._belongs(name, section)]
            rows = [
                [self[n] for n in names if n.startswith(f"{section.code}-{i}-")]
                for i in range(self._count(section.code))
            ]
            single = [self[n] for n in names if not (section.rows and n.split("-")[1].isdigit())]
            is_open = section.is_open or any(f.errors for f in single) or self._knows(section)
            yield ShownSection(section.code, section.title, is_open, single, rows if section.rows else [])

    def _belongs(self, field_name: str, section: FactSection) -> bool:
        return field_name.partition(".")[0].partition("-")[0] in section.names

    def _knows(self, section: FactSection) -> bool:
        return any(self.known.get(name) for name in section.names)

    def _paths(self, name: str) -> list[str]:
        return [path for path in parts_of(name) if path in self.asked]

    def _count(self, name: str) -> int:
        """Rows on the page: those that are known and one to fill; as many as were sent, when it comes back."""
        if self.is_bound:
            sent = str(self.data.get(f"{name}-rows", ""))
            return min(int(sent), MOST_ROWS) if sent.isdigit() and len(sent) < 4 else 1
        return min(len(self.known.get(name) or []) + 1, MOST_ROWS)

    def _add(self, name: str, *, is_list: bool) -> None:
        stored = self.known.get(name)
        if name == "nationalities":
            for position in range(min(len(stored or []) + 2, NATIONALITIES)):
                self.fields[f"{name}-{position}"] = nationality_field(position)
                self.initial[f"{name}-{position}"] = stored[position] if stored and position < len(stored) else None
        elif is_list:
            self._add_rows(name, stored or [])
        else:
            for path in self._paths(name):
                self.fields[path] = field_of(path)
                value = (stored or {}).get(path.partition(".")[2]) if "." in path else stored
                self.initial[path] = _as_initial(value)

    def _add_rows(self, name: str, stored: list[Any]) -> None:
        count = self._count(name)
        self.fields[f"{name}-rows"] = forms.IntegerField(widget=forms.HiddenInput, initial=count, required=False)
        for position in range(count):
            entry = stored[position] if position < len(stored) else {}
            for path in self._paths(name):
                key = f"{name}-{position}-{path.partition('.')[2]}"
                self.fields[key] = field_of(path)
                self.initial[key] = _as_initial(entry.get(path.partition(".")[2]))
            if position < len(stored):
                self.fields[f"{name}-{position}-remove"] = forms.BooleanField(required=False, label=_("Take this out"))
        self.fields[f"{name}-none"] = forms.BooleanField(
            required=False, label=str(NONE_LABELS[name]), initial=self.known.get(name) == []
        )

    # What was said.
    def facts(self) -> dict[str, Any]:
        """Every fact of the page by its top-level name; None where nothing is known."""
        return {name: self._told(name, rows=section.rows) for section in self.shown for name in section.names}

    def changes(self) -> dict[str, Any]:
        """Only what differs from what is stored, as a merge patch."""
        return {name: value for name, value in self.facts().items() if not _same(value, self.known.get(name))}

    def _told(self, name: str, *, rows: bool) -> Any:
        said = self.cleaned_data
        if name == "nationalities":
            return [v for k in self.fields if k.startswith("nationalities-") and (v := said.get(k))] or None
        if rows:
            return self._entries(name)
        paths = self._paths(name)
        if paths == [name]:
            return _as_json(said.get(name))
        shown = {path.partition(".")[2]: _as_json(said.get(path)) for path in paths}
        whole = {**(self.known.get(name) or {}), **shown}
        return whole if any(value is not None for value in whole.values()) else None

    def _entries(self, name: str) -> list[dict[str, Any]] | None:
        said, stored = self.cleaned_data, self.known.get(name) or []
        entries: list[dict[str, Any]] = []
        self.places: dict[str, str] = getattr(self, "places", {})
        for position in range(self._count(name)):
            if said.get(f"{name}-{position}-remove"):
                continue
            entry = dict(stored[position]) if position < len(stored) else {}
            for path in self._paths(name):
                part = path.partition(".")[2]
                entry[part] = _as_json(said.get(f"{name}-{position}-{part}"))
                self.places[f"{name}.{len(entries)}.{part}"] = f"{name}-{position}-{part}"
            entry = {part: value for part, value in entry.items() if value is not None}
            if entry:
                first = self._paths(name)[0].partition(".")[2]
                self.places[f"{name}.{len(entries)}"] = f"{name}-{position}-{first}"
                entries.append(entry)
        if said.get(f"{name}-none"):
            return entries
        return entries or None

    def refuse(self, refusal: ReloError) -> None:
        """Put the service's answer next to the fields it speaks of."""
        places = dict(getattr(self, "places", {}))
        if isinstance(refusal, Invalid):
            for path in refusal.errors:
                if path not in self.fields and path not in places:
                    places.update(self._group_place(path))
        put_errors(self, refusal, places)

    def _group_place(self, path: str) -> dict[str, str]:
        """A sentence about a whole group, such as "ends before it starts", stands at its last field."""
        if path.startswith("nationalities."):
            return {path: f"nationalities-{path.partition('.')[2]}"}
        of_group = [name for name in self.fields if name.startswith(f"{path}.")]
        return {path: of_group[-1]} if path and of_group else {}


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _as_initial(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _same(one: Any, other: Any) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if part is not None} or None
    return json.dumps(value, sort_keys=True, default=str)
