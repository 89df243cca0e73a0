"""Which values of a part of a route are edited as fields, by which widget, and what they are called."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.admin.checklist import KINDS
from cases.admin.evidence import LEVELS
from cases.models import WhoseTurn
from cases.routes.comparing_words import FIELD_LABELS
from cases.routes.schema import Pack, ReminderRule, Requirement, Rule, Stage
from cases.routes.values import Group, Topic
from cases.services.editing import sources
from relo.core.languages import in_language
from relo.desk.fields import DayField, WideText

SEVERITIES = {"blocks": gettext_lazy("Blocks"), "warns": gettext_lazy("Warns")}
Choices = Iterable[tuple[str, str | Promise]]


class Paths(forms.CharField):
    """Codes or numbers, separated by blanks or commas."""

    def __init__(self, *, of: Callable[[str], Any] = str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**{"required": False, "max_length": 1000, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        try:
            return [self.of(one) for one in super().clean(value).replace(",", " ").split()]
        except ValueError:
            raise forms.ValidationError(_("Write whole numbers, separated by commas.")) from None


Maker = Callable[[Pack, str, bool], forms.Field]


def _as(make: Callable[..., forms.Field], **more: Any) -> Maker:
    return lambda pack, label, required: make(label=label, required=required, **more)


def _choice(choices: Callable[[Pack], Choices]) -> Maker:
    return lambda pack, label, required: forms.ChoiceField(choices=list(choices(pack)), label=label, required=required)


def _of(model: Any, field: str, labels: Mapping[str, Any] | None = None) -> Maker:
    codes = get_args(model.model_fields[field].annotation)
    return _choice(lambda pack: [(code, (labels or {}).get(code, code)) for code in codes])


def _literal(kind: Any) -> Maker:
    return _choice(lambda pack: [(code, code) for code in get_args(kind)])


def _tick(pack: Pack, label: str, required: bool) -> forms.Field:
    return forms.BooleanField(label=label, required=False)


def _stages(pack: Pack) -> Choices:
    return [(stage.code, in_language(stage.name)) for stage in pack.stages]


def _parties(pack: Pack) -> Choices:
    return [(value, label) for value, label in WhoseTurn.choices if value]


def _levels(pack: Pack) -> Choices:
    return [(code, label) for code, (label, _meaning) in LEVELS.items()]


def _sources(pack: Pack) -> Choices:
    return [("", "–"), *((code, f"{source.title} ({code})"[:120]) for code, source in sources().items())]


def _counted_from(pack: Pack) -> Choices:
    return [("", _("It keeps: no limit")), ("issued_on", _("from the day of issue")), ("expires_on", _("its expiry"))]


_text, _line = _as(WideText, max_length=2000), _as(forms.CharField, max_length=200)
_condition = _as(WideText, max_length=1000)
_number, _decimal, _day = _as(forms.IntegerField), _as(forms.DecimalField), _as(DayField)
_paths, _numbers = _as(Paths), _as(Paths, of=int)

# (path, what makes the field, whether it must be filled)
Row = tuple[str, Maker, bool]
_EVIDENCE: tuple[Row, ...] = (
    ("evidence.level", _choice(_levels), True),
    ("evidence.source", _choice(_sources), False),
    ("evidence.quote", _text, False),
    ("evidence.checked_on", _day, True),
    ("evidence.review_by", _day, True),
    ("evidence.effective_from", _day, False),
    ("evidence.effective_to", _day, False),
    ("evidence.note.en", _text, False),
    ("evidence.note.zh", _text, False),
)


def _both(path: str, make: Maker, required: bool) -> tuple[Row, ...]:
    return (f"{path}.en", make, required), (f"{path}.zh", make, required)


ROWS: Mapping[str, tuple[Row, ...]] = {
    "requirements": (
        ("code", _line, True),
        *_both("name", _line, True),
        ("shelf_life.counts_from", _choice(_counted_from), False),
        ("shelf_life.months", _number, False),
        ("shelf_life.days", _number, False),
        ("shelf_life.must_outlast_hand_in_months", _number, False),
        ("when", _condition, False),
        ("reads", _paths, False),
        ("how_many.min", _number, False),
        ("how_many.max", _number, False),
        *_both("why", _text, True),
        ("kind", _of(Requirement, "kind", KINDS), True),
        ("group", _literal(Group), True),
        ("stage", _choice(_stages), True),
        ("provider", _choice(_parties), True),
        ("sensitivity", _of(Requirement, "sensitivity"), True),
        ("four_eyes", _tick, False),
        ("in_packet", _tick, False),
        ("packet_order", _number, False),
        *_EVIDENCE,
    ),
    "rules": (
        ("code", _line, True),
        *_both("name", _line, True),
        ("expression", _condition, True),
        ("when", _condition, False),
        ("reads", _paths, False),
        ("if_true", _of(Rule, "if_true"), True),
        ("if_false", _of(Rule, "if_false"), True),
        ("severity", _of(Rule, "severity", SEVERITIES), True),
        ("curable", _tick, False),
        *_both("says.passes", _text, False),
        *_both("says.fails", _text, False),
        *_both("says.needs_review", _text, False),
        *_EVIDENCE,
    ),
    "stages": (
        ("code", _line, True),
        *_both("name", _line, True),
        *_both("what_happens", _text, True),
        ("acts", _choice(_parties), True),
        ("expected_days", _number, False),
        ("day_kind", _of(Stage, "day_kind"), True),
        *_EVIDENCE,
    ),
    "reminders": (
        ("code", _line, True),
        *_both("text", _text, True),
        ("offsets_days", _numbers, True),
        ("repeat_every_days", _number, False),
        ("repeat_times", _number, False),
        ("repeat_until_days", _number, False),
        ("due_days", _number, False),
        ("day_kind", _of(ReminderRule, "day_kind"), True),
        ("to", _of(ReminderRule, "to"), True),
        ("manager_after_days", _number, False),
        ("administrators_after_days", _number, False),
        ("when", _condition, False),
        ("reads", _paths, False),
        *_EVIDENCE,
    ),
    "fees": (
        ("code", _line, True),
        *_both("name", _line, True),
        ("amount", _decimal, False),
        ("currency", _line, False),
        *_both("per", _line, False),
        ("factor", _decimal, False),
        *_EVIDENCE,
    ),
    "open_questions": (
        ("code", _line, True),
        *_both("question", _text, True),
        *_both("what_we_know", _text, True),
        ("topic", _literal(Topic), True),
        *_EVIDENCE,
    ),
}
# The parts of a value, where the name of the field does not say which of them is meant.
PART_LABELS: Mapping[str, str | Promise] = {
    "shelf_life.counts_from": gettext_lazy("How long it serves: counted from"),
    "shelf_life.months": gettext_lazy("How long it serves: months"),
    "shelf_life.days": gettext_lazy("How long it serves: days"),
    "shelf_life.must_outlast_hand_in_months": gettext_lazy("Months it must outlast the hand-in"),
    "how_many.min": gettext_lazy("How many: at least"),
    "how_many.max": gettext_lazy("How many: at most (empty: as many as there are)"),
    "says.passes": gettext_lazy("Words if it is met"),
    "says.fails": gettext_lazy("Words if it is not met"),
    "says.needs_review": gettext_lazy("Words if a person must decide"),
    "evidence.level": gettext_lazy("How sure we are"),
    "evidence.source": gettext_lazy("Source"),
    "evidence.quote": gettext_lazy("Quoted words of the source"),
    "evidence.checked_on": gettext_lazy("Checked on"),
    "evidence.review_by": gettext_lazy("To be checked again by"),
    "evidence.effective_from": gettext_lazy("In force from"),
    "evidence.effective_to": gettext_lazy("In force until"),
    "evidence.note": gettext_lazy("Note on the source"),
}


def label_of(path: str) -> str:
    base, _dot, language = path.rpartition(".")
    if language not in ("en", "zh"):
        base, language = path, ""
    words = str(PART_LABELS[base]) if base in PART_LABELS else in_language(FIELD_LABELS[base])
    words = words[:1].upper() + words[1:]
    return words + {"en": _(" (English)"), "zh": _(" (Chinese)"), "": ""}[language]
