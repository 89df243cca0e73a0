"""The forms of a post and of an edition of it: what stands on its page, field by field, and nothing by guess."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.fact_fields import field_of
from cases.admin.post_fields import as_choice, both, choice, in_both, level_field, texts, words_of, yes_no
from cases.admin.post_rows import AddedRow, ChangedRow, FeeRow
from cases.country_names import country_choices
from cases.models import PostKind
from cases.post_words import COUNTS, PAID, TITLES
from cases.routes.overlay_parts import Changed, Dropped, Overlay
from cases.routes.schema import Pack
from cases.routes.values import Evidence
from cases.services.post_editions import NewPost
from relo.core.errors import Invalid, ReloError
from relo.core.languages import in_language
from relo.core.zones import time_zone_choices
from relo.desk.fields import DayField, WideText

FACTS = (
    "asks_degree_auth", "asks_police", "asks_medical", "asks_plan", "asks_old_passport", "asks_translation",
    "takes_fingerprints",
)  # fmt: skip
SAID = ("appointment", "interview", "proxy")
PAGES = 3
SPARE_CHANGES, SPARE_ADDED, SPARE_FEES = 2, 1, 1
LOOK_AGAIN = timedelta(days=60)


class PostForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PostKind.choices)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120)
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120)
    country = forms.ChoiceField(label=gettext_lazy("Country or region"), choices=country_choices)
    city = forms.CharField(label=gettext_lazy("City"), max_length=80)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zone_choices)
    serves = forms.MultipleChoiceField(
        label=gettext_lazy("Takes applications from"),
        choices=country_choices,
        required=False,
        help_text=gettext_lazy("Leave it empty if the page does not say."),
    )

    def new(self) -> NewPost:
        return NewPost(**{**self.cleaned_data, "serves": tuple(self.cleaned_data["serves"])})


@dataclass(frozen=True, slots=True)
class ShownPart:
    title: str | Promise
    hint: str | Promise
    fields: list[Any]
    is_open: bool = True


class EditionForm(forms.Form):
    """`before`: the edition it starts from, if there is one. What is left empty is not known."""

    def __init__(
        self, data: Any = None, *, pack: Pack, today: date, before: Overlay | None = None, is_new_reading: bool = False
    ) -> None:
        super().__init__(data)
        self.pack, self.before = pack, before
        self.kept: dict[str, Evidence] = {}  # by the field of its level
        self._add("source_url", forms.CharField(label=_("Address of the page that was read"), max_length=500))
        self._add("read_on", DayField(label=_("Day it was read")))
        self._add("review_by", DayField(label=_("Read it again by")))
        for name in FACTS:
            self._add(f"fact-{name}", field_of(f"post.{name}"))
            self._add(f"fact-{name}-level", level_field())
        self._add("form_days", field_of("post.form_days"))
        self._add("form_days-level", level_field())
        self._add("form-counts_from", choice(_("Counts from"), texts(COUNTS)))
        self._texts_and_level("form")
        for name in SAID:
            self._add(f"{name}-answer", yes_no(in_language(TITLES[name])))
            self._texts_and_level(name)
        self._add("payment-when", choice(_("When it is paid"), texts(PAID)))
        self._add("payment-refundable", yes_no(_("Given back on refusal")))
        self._texts_and_level("payment")
        self._add("holidays-country", choice(_("Keeps the holidays of"), country_choices()))
        closed = WideText(label=_("Further closed days"), required=False)
        closed.help_text = _("One day a line, such as 2026-12-24.")
        self._add("holidays-closed_on", closed)
        self._add("holidays-level", level_field())
        for at in range(PAGES):
            self._add(f"pages-{at}-url", forms.CharField(label=_("Address"), max_length=500, required=False))
            self._add(f"pages-{at}-en", forms.CharField(label=_("What stands there"), required=False))
            self._add(f"pages-{at}-zh", forms.CharField(label=_("The same in Chinese"), required=False))
        self.changes = [ChangedRow(self, at, pack) for at in range(self._rows("changes", SPARE_CHANGES))]
        self.added = [AddedRow(self, at, pack) for at in range(self._rows("added", SPARE_ADDED))]
        self.fees = [FeeRow(self, at, pack) for at in range(self._rows("fees", SPARE_FEES))]
        if before is not None:
            self._start_from(before)
        if is_new_reading:  # whatever it starts from, the days are those of this reading
            self.initial.update(read_on=today, review_by=today + LOOK_AGAIN)

    # What is on the page.
    def parts(self) -> Iterator[ShownPart]:
        yield ShownPart(_("The page"), "", self._named("source_url", "read_on", "review_by"))
        facts = [self[f"fact-{name}{end}"] for name in FACTS for end in ("", "-level")]
        yield ShownPart(_("What it asks for"), _("Leave at “Not known” what the page leaves open."), facts)
        form = self._named("form_days", "form_days-level", *self._starting("form-"))
        yield ShownPart(_("Online form"), "", form, is_open=self._knows("form"))
        for name in (*SAID, "payment", "holidays"):
            fields = self._named(*self._starting(f"{name}-"))
            yield ShownPart(in_language(TITLES[name]), "", fields, is_open=self._knows(name))
        yield ShownPart(_("Further pages"), "", self._named(*self._starting("pages-")), is_open=self._knows("pages"))
        for row in self.changes:
            yield ShownPart(_("Another rule for a paper"), "", row.fields(), is_open=row.is_used())
        for added in self.added:
            yield ShownPart(_("A paper asked for besides"), "", added.fields(), is_open=added.is_used())
        for fee in self.fees:
            yield ShownPart(_("What a fee comes to here"), "", fee.fields(), is_open=fee.is_used())

    def rows(self) -> dict[str, int]:
        return {"changes": len(self.changes), "added": len(self.added), "fees": len(self.fees)}

    # What was said.
    def content(self) -> dict[str, Any]:
        """As draft_edition() takes it."""
        given = self.cleaned_data
        content: dict[str, Any] = {
            "source_url": given["source_url"],
            "read_on": given["read_on"].isoformat(),
            "review_by": given["review_by"].isoformat(),
            "facts": self._facts(),
            "dropped": [row.dropped() for row in self.changes if row.what() == "drop"],
            "changed": [row.changed() for row in self.changes if row.what() == "change"],
            "extra": [row.requirement() for row in self.added if row.is_given()],
            "fees": [row.fee() for row in self.fees if row.code()],
            "pages": [page for at in range(PAGES) if (page := self._page(at))],
        }
        for name in SAID:
            content[name] = self._said(name, answer=given[f"{name}-answer"])
        content["payment"] = self._said("payment", when=given["payment-when"], refundable=given["payment-refundable"])
        content["form"] = self._said("form", counts_from=given["form-counts_from"])
        closed = given["holidays-closed_on"].split()
        content["holidays"] = (
            {"country": given["holidays-country"], "closed_on": closed, "evidence": self.evidence("holidays-level")}
            if closed or given["holidays-country"]
            else None
        )
        return {name: value for name, value in content.items() if value not in (None, [], {})}

    def evidence(self, name: str) -> dict[str, Any]:
        """`name`: the field of its level. A quote or a note stays with a value as long as that is left as it was."""
        given, value = self.cleaned_data, name.removesuffix("-level")
        is_as_before = not any(one == value or one.startswith(f"{value}-") for one in self.changed_data)
        kept = words_of(self.kept[name]) if is_as_before and name in self.kept else {}
        return {
            **kept,
            "level": given[name],
            "checked_on": given["read_on"].isoformat(),
            "review_by": given["review_by"].isoformat(),
        }

    def refuse(self, refusal: ReloError) -> None:
        """Each sentence at the field it is about, as far as it is about one."""
        errors = refusal.errors if isinstance(refusal, Invalid) else {}
        for path, sentence in errors.items():
            self.add_error(self._field_of(path), str(sentence))
        if not errors:
            self.add_error(None, str(refusal.detail))

    def _field_of(self, path: str) -> str | None:
        head, _dot, rest = path.partition(".")
        if head == "facts":
            name = rest.partition(".")[0]
            return "form_days" if name == "form_days" else f"fact-{name}" if f"fact-{name}" in self.fields else None
        if head in ("dropped", "changed", "extra", "fees"):
            code = rest.partition(".")[0]
            given = [row for row in self.fees if row.code()]
            rows: list[Any] = given if head == "fees" else [*self.added] if head == "extra" else self._changes_of(head)
            at = [row for row in rows if code in (row.code(), str(rows.index(row)))]
            return at[0].main_field if at else None
        return next((name for name in self.fields if name == path or name.startswith(f"{head}-")), None)

    def _changes_of(self, head: str) -> list[Any]:
        what = "drop" if head == "dropped" else "change"
        return [row for row in self.changes if row.what() == what]

    def _facts(self) -> dict[str, Any]:
        given, told = self.cleaned_data, {}
        for name in FACTS:
            if given[f"fact-{name}"] is not None:
                evidence = self.evidence(f"fact-{name}-level")
                told[name] = {"value": given[f"fact-{name}"], "evidence": evidence}
        if given["form_days"] is not None:
            told["form_days"] = {"value": given["form_days"], "evidence": self.evidence("form_days-level")}
        return told

    def _said(self, name: str, **values: Any) -> dict[str, Any] | None:
        given = self.cleaned_data
        text = in_both(given[f"{name}-en"], given[f"{name}-zh"])
        told = {key: value for key, value in {**values, "text": text}.items() if value is not None}
        return {**told, "evidence": self.evidence(f"{name}-level")} if told else None

    def _page(self, at: int) -> dict[str, Any] | None:
        given = self.cleaned_data
        url, text = given[f"pages-{at}-url"], in_both(given[f"pages-{at}-en"], given[f"pages-{at}-zh"])
        return {"url": url, "text": text or {}} if url or text else None

    def _start_from(self, before: Overlay) -> None:
        known: dict[str, Any] = {
            "source_url": before.source_url, "read_on": before.read_on, "review_by": before.review_by
        }  # fmt: skip
        for fact, told in before.facts.items():
            field = fact if fact == "form_days" else f"fact-{fact}"
            value: Any = told.value if fact == "form_days" else "yes" if told.value else "no"
            known |= {field: value, f"{field}-level": told.evidence.level}
            self.keep(f"{field}-level", told.evidence)
        for name in (*SAID, "payment", "form"):
            if (part := getattr(before, name)) is not None:
                known |= {f"{name}-{key}": as_choice(value) for key, value in part.model_dump().items()}
                known |= {f"{name}-level": part.evidence.level, **both(name, part.text)}
                self.keep(f"{name}-level", part.evidence)
        if before.holidays is not None:
            known["holidays-country"] = before.holidays.country
            known["holidays-closed_on"] = "\n".join(day.isoformat() for day in before.holidays.closed_on)
            known["holidays-level"] = before.holidays.evidence.level
            self.keep("holidays-level", before.holidays.evidence)
        for at, page in enumerate(before.pages[:PAGES]):
            known |= {f"pages-{at}-url": page.url, **both(f"pages-{at}", page.text)}
        touched: list[Dropped | Changed] = [*before.dropped, *before.changed]
        for row, one in zip(self.changes, touched, strict=False):
            known |= row.known(one)
            self.keep(f"{row.prefix}-level", one.evidence)
        for added, extra in zip(self.added, before.extra, strict=False):
            known |= added.known(extra)
            self.keep(f"{added.prefix}-level", extra.evidence)
        for priced, fee in zip(self.fees, before.fees, strict=False):
            known |= priced.known(fee)
            self.keep(f"{priced.prefix}-level", fee.evidence)
        self.initial.update(known)

    def keep(self, name: str, evidence: Evidence) -> None:
        """What was written besides the level, shown where the level is chosen."""
        self.kept[name] = evidence
        words = [f"“{evidence.quote}”"] if evidence.quote else []
        words += [in_language(evidence.note)] if evidence.note else []
        if words:
            self.fields[name].help_text = _("Kept while the value stays: %(words)s") % {"words": " ".join(words)}

    def _rows(self, name: str, spare: int) -> int:
        if self.is_bound:
            sent = str(self.data.get(f"{name}-rows", ""))
            return min(int(sent), 60) if sent.isdigit() and len(sent) < 4 else spare
        if self.before is None:
            return spare
        before = self.before
        there = {
            "added": len(before.extra), "fees": len(before.fees), "changes": len(before.dropped) + len(before.changed),
        }  # fmt: skip
        return there[name] + spare

    def _texts_and_level(self, name: str) -> None:
        self._add(f"{name}-en", WideText(label=_("In words"), required=False, max_length=2000))
        self._add(f"{name}-zh", WideText(label=_("The same in Chinese"), required=False, max_length=2000))
        self._add(f"{name}-level", level_field())

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field

    def _named(self, *names: str) -> list[Any]:
        return [self[name] for name in names]

    def _starting(self, start: str) -> list[str]:
        return [name for name in self.fields if name.startswith(start)]

    def _knows(self, name: str) -> bool:
        fields = [one for one in self._starting(f"{name}") if not one.endswith("level")]
        return any(self.errors.get(one) or self[one].value() for one in fields)
