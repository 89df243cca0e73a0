"""What differs between two packs, in words. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cases.routes.comparing_words import FIELD_LABELS, shown_value
from cases.routes.schema import Pack
from cases.routes.strictness import Strictness, strictness
from cases.routes.values import Part, Text

Section = Literal[
    "route",
    "stages",
    "moves",
    "requirements",
    "choices",
    "authentications",
    "rules",
    "reminders",
    "fees",
    "open_questions",
]
Kind = Literal["added", "removed", "tightened", "loosened", "changed"]

# What a part is called, and how its code reads.
NAMED_BY: Mapping[Section, str] = {
    "stages": "name",
    "moves": "label",
    "requirements": "name",
    "choices": "name",
    "authentications": "text",
    "rules": "name",
    "reminders": "text",
    "fees": "name",
    "open_questions": "question",
}
NOUNS: Mapping[Section, Text] = {
    "route": Text(en="route", zh="途径"),
    "stages": Text(en="stage", zh="阶段"),
    "moves": Text(en="move", zh="流转"),
    "requirements": Text(en="requirement", zh="要求"),
    "choices": Text(en="choice", zh="选项组"),
    "authentications": Text(en="way of authentication", zh="认证方式"),
    "rules": Text(en="rule", zh="规则"),
    "reminders": Text(en="reminder", zh="提醒"),
    "fees": Text(en="fee", zh="费用"),
    "open_questions": Text(en="open question", zh="待定问题"),
}
OF_THE_ROUTE = ("name", "country", "legal_basis", "right_to_work", "first_stage", "packet_from")


@dataclass(frozen=True, slots=True)
class Difference:
    """`code` is that of the part; of a move it reads stage.move. `field` is empty where a whole part came or went."""

    section: Section
    code: str
    kind: Kind
    text: Text
    field: str = ""


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Everything that is not the same, section by section in the order of the new pack, what went away last."""
    found = list(_fields("route", new.code, new.name, old, new, OF_THE_ROUTE))
    for section in NAMED_BY:
        found += _section(section, old, new)
    return found


def parts_by_code(pack: Pack, section: Section) -> dict[str, Any]:
    parts = getattr(pack, section)
    return {_key(section, one): one for one in parts}


def _key(section: Section, one: Any) -> str:
    if section == "moves":
        return f"{one.source}.{one.name}"
    return str(one.key if section == "fees" else one.code)


def part_strictness(old: Part, new: Part) -> dict[str, Strictness]:
    """By field, for those that differ."""
    return {
        name: strictness(name, before, after)
        for name in type(new).model_fields
        if (before := getattr(old, name)) != (after := getattr(new, name))
    }


def _section(section: Section, old: Pack, new: Pack) -> Iterator[Difference]:
    before, after = parts_by_code(old, section), parts_by_code(new, section)
    for code, part in after.items():
        name = getattr(part, NAMED_BY[section])
        if code not in before:
            yield Difference(section, code, "added", _came_or_went(section, name, "New {noun}", "新增{noun}"))
        else:
            yield from _fields(section, code, name, before[code], part, tuple(type(part).model_fields))
    for code, part in before.items():
        if code not in after:
            name = getattr(part, NAMED_BY[section])
            yield Difference(section, code, "removed", _came_or_went(section, name, "No longer a {noun}", "删除{noun}"))


def _came_or_went(section: Section, name: Text, en: str, zh: str) -> Text:
    noun = NOUNS[section]
    return Text(
        en=f"{en.format(noun=noun.en)}: “{_cut(name.en)}”.", zh=f"{zh.format(noun=noun.zh)}：“{_cut(name.zh)}”。"
    )


def _fields(
    section: Section, code: str, name: Text, old: Part, new: Part, fields: tuple[str, ...]
) -> Iterator[Difference]:
    for field in fields:
        before, after = getattr(old, field), getattr(new, field)
        if before == after:
            continue
        label = FIELD_LABELS.get(field, Text(en=field, zh=field))
        was, is_now = shown_value(field, before), shown_value(field, after)
        if (was.en, was.zh) == (is_now.en, is_now.zh):
            # What differs is too deep for a sentence, such as a note beside a source.
            en, zh = f"“{_cut(name.en)}”: {label.en} changed.", f"“{_cut(name.zh)}”：{label.zh}有更改。"
        else:
            en = f"“{_cut(name.en)}”: {label.en} was “{_cut(was.en)}”, is now “{_cut(is_now.en)}”."
            zh = f"“{_cut(name.zh)}”：{label.zh}由“{_cut(was.zh)}”改为“{_cut(is_now.zh)}”。"
        yield Difference(section, code, strictness(field, before, after), Text(en=en, zh=zh), field)


def _cut(words: str) -> str:
    words = words.rstrip(".。")
    return words if len(words) <= 160 else f"{words[:159]}…"
