"""Rows of an edition's form: a requirement of the route under another rule, and a paper asked for besides."""

from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from cases.admin.checklist import KINDS
from cases.admin.post_fields import both, choice, code_from, in_both, level_field
from cases.country_names import country_choices
from cases.models import WhoseTurn
from cases.routes.countries import PART_OF_CHINA
from cases.routes.overlay_parts import Changed, Dropped, PostFee
from cases.routes.schema import HowMany, Pack, Requirement
from relo.core.languages import in_language
from relo.desk.fields import DayField, WideText

ALWAYS = "true"
GROUPS_OF_EXTRA = "records"
KINDS_OF_EXTRA = ("document", "physical", "step")


class Row:
    """Some fields of the form, under a prefix."""

    name = ""
    main_field = ""

    def __init__(self, form: Any, at: int, pack: Pack) -> None:
        self.form, self.pack, self.prefix = form, pack, f"{self.name}-{at}"
        self.main_field = f"{self.prefix}-{type(self).main_field}"
        for name, field in self.made().items():
            form.fields[f"{self.prefix}-{name}"] = field

    def made(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def fields(self) -> list[Any]:
        return [self.form[name] for name in self.form.fields if name.startswith(f"{self.prefix}-")]

    def is_used(self) -> bool:
        return bool(self.form[self.main_field].value())

    def given(self, name: str) -> Any:
        return self.form.cleaned_data.get(f"{self.prefix}-{name}")

    def code(self) -> str:
        raise NotImplementedError

    def when(self) -> dict[str, Any]:
        """Always, or only if: in the words of the rules, with the facts it reads."""
        if self.given("needed") == "always":
            return {"when": ALWAYS, "reads": []}
        if self.given("needed") == "if":
            reads = [path.strip() for path in (self.given("reads") or "").replace("\n", ",").split(",")]
            return {"when": self.given("condition") or "", "reads": [path for path in reads if path]}
        return {}

    def shelf_life(self) -> dict[str, Any]:
        months, days, beyond = self.given("months"), self.given("days"), self.given("beyond")
        until_expiry = self.given("until_expiry") or beyond is not None
        if months is None and days is None and not until_expiry:
            return {}
        counts_from = "expires_on" if until_expiry else "issued_on"
        life = {"counts_from": counts_from, "months": months, "days": days, "must_outlast_hand_in_months": beyond}
        return {"shelf_life": {name: value for name, value in life.items() if value is not None}}

    def good_enough(self) -> list[dict[str, str]]:
        en, zh = ((self.given(f"good-{language}") or "").splitlines() for language in ("en", "zh"))
        lines = [(first.strip(), second.strip()) for first, second in zip_longest(en, zh, fillvalue="")]
        return [text for pair in lines if (text := in_both(*pair)) is not None]

    def known_rules(self, one: Requirement | Changed) -> dict[str, Any]:
        known: dict[str, Any] = {f"{self.prefix}-level": one.evidence.level}
        if (life := one.shelf_life) is not None:
            known |= {f"{self.prefix}-months": life.months, f"{self.prefix}-days": life.days}
            known[f"{self.prefix}-until_expiry"] = life.counts_from == "expires_on"
            known[f"{self.prefix}-beyond"] = life.must_outlast_hand_in_months
        if one.when is not None:
            known[f"{self.prefix}-needed"] = "always" if one.when == ALWAYS else "if"
            known[f"{self.prefix}-condition"] = "" if one.when == ALWAYS else one.when
            known[f"{self.prefix}-reads"] = ", ".join(one.reads)
        for language in ("en", "zh"):
            lines = [getattr(text, language) for text in one.good_enough]
            known[f"{self.prefix}-good-{language}"] = "\n".join(lines)
        return known

    def rule_fields(self, as_it_is: str) -> dict[str, forms.Field]:
        needed = [("", as_it_is), ("always", _("Always")), ("if", _("Only if the condition below holds"))]
        return {
            "months": forms.IntegerField(label=_("Not older than, in months"), min_value=1, required=False),
            "days": forms.IntegerField(label=_("or in days"), min_value=1, required=False),
            "until_expiry": forms.BooleanField(label=_("Its day of expiry counts instead"), required=False),
            "beyond": forms.IntegerField(
                label=_("and must lie beyond the hand-in by months"), min_value=1, max_value=60, required=False
            ),
            "good-en": WideText(label=_("Good enough when, one a line"), required=False),
            "good-zh": WideText(label=_("The same in Chinese, one a line"), required=False),
            "needed": forms.ChoiceField(label=_("When it is asked for"), choices=needed, required=False),
            "condition": forms.CharField(label=_("Condition (CEL)"), max_length=1000, required=False),
            "reads": forms.CharField(label=_("Facts the condition reads"), max_length=500, required=False),
            "level": level_field(),
        }


class ChangedRow(Row):
    name, main_field = "changes", "code"

    def made(self) -> dict[str, forms.Field]:
        codes = [(one.code, in_language(one.name)) for one in self.pack.requirements]
        what = [("change", _("Under another rule")), ("drop", _("Not asked for here"))]
        return {
            "code": choice(_("Requirement of the route"), codes),
            "what": forms.ChoiceField(label=_("How this consulate sees it"), choices=what, required=False),
            "least": forms.IntegerField(label=_("At least how many"), min_value=0, max_value=50, required=False),
            "most": forms.IntegerField(label=_("At most how many"), min_value=1, max_value=50, required=False),
            **self.rule_fields(_("As the route says")),
        }

    def code(self) -> str:
        return self.given("code") or ""

    def what(self) -> str:
        return (self.given("what") or "change") if self.code() else ""

    def dropped(self) -> dict[str, Any]:
        return {"code": self.code(), "evidence": self.form.evidence(f"{self.prefix}-level")}

    def changed(self) -> dict[str, Any]:
        changed = {**self.dropped(), **self.shelf_life(), **self.when()}
        least, most = self.given("least"), self.given("most")
        if least is not None or most is not None:
            before = self.pack.requirement(self.code()).how_many
            changed["how_many"] = {
                "min": before.min if least is None else least, "max": before.max if most is None else most
            }  # fmt: skip
        if good_enough := self.good_enough():
            changed["good_enough"] = good_enough
        return changed

    def known(self, one: Dropped | Changed) -> dict[str, Any]:
        known = {f"{self.prefix}-code": one.code, f"{self.prefix}-level": one.evidence.level}
        if isinstance(one, Dropped):
            return {**known, f"{self.prefix}-what": "drop"}
        known[f"{self.prefix}-what"] = "change"
        many: HowMany | None = one.how_many
        if many is not None:
            known |= {f"{self.prefix}-least": many.min, f"{self.prefix}-most": many.max}  # type: ignore[dict-item]
        return {**known, **self.known_rules(one)}


class AddedRow(Row):
    name, main_field = "added", "name-en"

    def made(self) -> dict[str, forms.Field]:
        stages = [(one.code, in_language(one.name)) for one in self.pack.stages if not one.closing]
        parties = [(party.value, party.label) for party in WhoseTurn if party.value]
        return {
            "code": forms.CharField(widget=forms.HiddenInput, required=False, max_length=40),
            "name-en": forms.CharField(label=_("What it is called"), max_length=200, required=False),
            "name-zh": forms.CharField(label=_("The same in Chinese"), max_length=200, required=False),
            "why-en": forms.CharField(label=_("Why, for the candidate"), max_length=1000, required=False),
            "why-zh": forms.CharField(label=_("Why, in Chinese"), max_length=1000, required=False),
            "kind": forms.ChoiceField(label=_("Kind"), choices=[(kind, KINDS[kind]) for kind in KINDS_OF_EXTRA]),
            "stage": forms.ChoiceField(label=_("To be there by the end of"), choices=stages, initial=self._stage()),
            "provider": forms.ChoiceField(label=_("Who brings it"), choices=parties),
            "in_packet": forms.BooleanField(label=_("Goes into the packet"), required=False),
            "restricted": forms.BooleanField(
                label=_("A police or medical paper: opened only by those who may see such papers"), required=False
            ),
            **self.rule_fields(_("Always, at this consulate")),
        }

    def _stage(self) -> str:
        """The stage in which most papers are collected."""
        stages = [one.stage for one in self.pack.requirements if one.kind == "document"]
        return max(stages, key=stages.count, default=self.pack.first_stage)

    def is_given(self) -> bool:
        return bool(self.given("name-en") or self.given("name-zh"))

    def code(self) -> str:
        if not self.given("code"):
            others = {row.given("code") for row in self.form.added if row is not self}
            taken = {one.code for one in self.pack.requirements} | {code for code in others if code}
            self.form.cleaned_data[f"{self.prefix}-code"] = code_from(self.given("name-en") or "", taken)
        return str(self.given("code"))

    def requirement(self) -> dict[str, Any]:
        kind, in_packet = self.given("kind"), bool(self.given("in_packet"))
        good_enough = self.good_enough()
        made = {
            **self._as_before(),
            "code": self.code(),
            "kind": kind,
            "name": {"en": self.given("name-en"), "zh": self.given("name-zh")},
            "why": {"en": self.given("why-en"), "zh": self.given("why-zh")},
            "good_enough": good_enough,
            "group": GROUPS_OF_EXTRA,
            "stage": self.given("stage"),
            "provider": self.given("provider"),
            "accepts": ["pdf", "jpeg", "png"] if kind == "document" else [],
            "asks_for": ["note", "date"] if kind == "step" else [],
            "sensitivity": self._sensitivity(),
            "in_packet": in_packet,
            "packet_order": self._order() if in_packet else None,
            "evidence": self.form.evidence(f"{self.prefix}-level"),
            **self.shelf_life(),
        }
        return made | ({} if self.given("needed") == "always" else self.when())

    def _sensitivity(self) -> str:
        before = str(self._as_before().get("sensitivity", "personal"))
        return "restricted" if self.given("restricted") else "personal" if before == "restricted" else before

    def _as_before(self) -> dict[str, Any]:
        """What the form has no field for, of a paper of the same kind."""
        fields = {"how_many", "common_mistakes", "chain", "issued_in", "sensitivity", "of_passport"}
        for one in self.form.before.extra if self.form.before is not None else ():
            if (one.code, one.kind) == (self.code(), self.given("kind")):
                return dict(one.model_dump(mode="json", include=fields, exclude_defaults=True))
        return {}

    def _order(self) -> int:
        """Behind everything of the route, in the order of the rows."""
        last = max((one.packet_order or 0 for one in self.pack.requirements), default=0)
        return last + 1 + int(self.form.added.index(self))

    def known(self, one: Requirement) -> dict[str, Any]:
        told = {"code": one.code, "kind": one.kind, "stage": one.stage, "provider": one.provider}
        return {
            **{f"{self.prefix}-{name}": value for name, value in told.items()},
            f"{self.prefix}-in_packet": one.in_packet,
            f"{self.prefix}-restricted": one.is_restricted,
            **both(f"{self.prefix}-name", one.name),
            **both(f"{self.prefix}-why", one.why),
            **self.known_rules(one),
        }


class FeeRow(Row):
    name, main_field = "fees", "code"

    def made(self) -> dict[str, forms.Field]:
        fees = {fee.code: in_language(fee.name) for fee in self.pack.fees}
        return {
            "code": choice(_("Fee of the route"), list(fees.items())),
            "amount": forms.DecimalField(
                label=_("Amount"), min_value=0, max_digits=12, decimal_places=2, required=False
            ),
            "currency": forms.CharField(label=_("Currency, such as EUR"), max_length=3, required=False),
            "nationality": choice(_("Only for nationals of"), country_choices(PART_OF_CHINA)),
            "from": DayField(label=_("From"), required=False),
            "until": DayField(label=_("Until"), required=False),
            "level": level_field(),
        }

    def code(self) -> str:
        return self.given("code") or ""

    def fee(self) -> dict[str, Any]:
        evidence = self.form.evidence(f"{self.prefix}-level")
        days = {"effective_from": self.given("from"), "effective_to": self.given("until")}
        told = {
            "code": self.code(),
            "amount": None if self.given("amount") is None else str(self.given("amount")),
            "currency": (self.given("currency") or "").upper(),
            "nationality": self.given("nationality"),
            "evidence": {**evidence, **{name: day.isoformat() for name, day in days.items() if day is not None}},
        }
        return {name: value for name, value in told.items() if value is not None}

    def known(self, one: PostFee) -> dict[str, Any]:
        told = {
            "code": one.code, "amount": one.amount, "currency": one.currency, "nationality": one.nationality,
            "from": one.evidence.effective_from, "until": one.evidence.effective_to, "level": one.evidence.level,
        }  # fmt: skip
        return {f"{self.prefix}-{name}": value for name, value in told.items()}
