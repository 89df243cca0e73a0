"""The fact set, as a door takes it in: every refusal names the field and the cure, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cases.routes.derived_facts import DERIVED_FROM, to_cel
from cases.routes.fact_labels import FACT_LABELS, GROUP_LABELS
from cases.routes.fact_models import LIST_CAP, CandidateFacts
from cases.routes.values import Text

__all__ = [
    "DERIVED_FROM", "FACT_LABELS", "LIST_CAP", "CandidateFacts", "FactFault", "FactsInvalid", "facts_from", "label",
    "shaped", "to_cel",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactFault:
    path: str
    code: str
    text: Text


class FactsInvalid(ValueError):
    def __init__(self, faults: list[FactFault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.path}: {fault.text.en}" for fault in faults))


def shaped(data: Mapping[str, Any]) -> CandidateFacts:
    """The facts in `data`, whatever the day, or every reason why they cannot be taken."""
    try:
        return CandidateFacts.model_validate(dict(data))
    except ValidationError as refused:
        raise FactsInvalid([_fault(error) for error in refused.errors()]) from None


def facts_from(data: Mapping[str, Any], today: date) -> CandidateFacts:
    """The facts in `data` as they can be on that day, or every reason why they cannot be taken."""
    facts = shaped(data)
    if faults := _not_yet(facts, today):
        raise FactsInvalid(faults)
    return facts


# Told with the case itself, and no fact of the rules.
OF_THE_CASE: Mapping[str, Text] = {"planned_hand_in": Text(en="the planned hand-in", zh="计划递交日期")}
LABELS: Mapping[str, Text] = {**FACT_LABELS, **GROUP_LABELS, **OF_THE_CASE}


def label(path: str) -> Text:
    return LABELS.get(path) or Text(en=path, zh=path)


def _not_yet(facts: CandidateFacts, today: date) -> list[FactFault]:
    """Days that cannot lie ahead of us. A degree may: it is the day it is expected."""
    past = {
        "date_of_birth": facts.date_of_birth,
        "passport.issued_on": facts.passport and facts.passport.issued_on,
        "entered_on": facts.entered_on,
    }
    return [
        FactFault(path, "in_the_future", TEXTS["in_the_future"]) for path, day in past.items() if day and day > today
    ]


def _fault(error: ErrorDetails) -> FactFault:
    path = ".".join(str(step) for step in error["loc"])
    code, text = error["type"], TEXTS.get(error["type"], TEXTS["not_accepted"])
    context = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)}
    if code == "literal_error":
        context["expected"] = str(context["expected"]).replace(" or ", ", ").replace("'", "")
    en, zh = (template.format(**context) if context else template for template in (text.en, text.zh))
    return FactFault(path, code if code in TEXTS else "not_accepted", Text(en=en, zh=zh))


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


_WHOLE_NUMBER = _t("This must be a whole number.", "此处须填写整数。")
_YES_NO = _t("Answer true or false, or leave it out if unknown.", "请填 true 或 false；不清楚时请勿填写此项。")
_TEXT = _t("This must be text.", "此处须填写文字。")

TEXTS: Mapping[str, Text] = {
    "in_the_future": _t(
        "This day lies in the future. Check the year and write it as YYYY-MM-DD.",
        "该日期晚于今天。请核对年份，并按 YYYY-MM-DD 填写。",
    ),
    "not_a_day": _t("This is no day of the calendar. Write it as YYYY-MM-DD.", "日期无效。请按 YYYY-MM-DD 填写。"),
    "day_out_of_range": _t(
        "This day lies before 1900 or after 2200. Check the year and write it as YYYY-MM-DD.",
        "该日期早于1900年或晚于2200年。请核对年份，并按 YYYY-MM-DD 填写。",
    ),
    "country_unknown": _t(
        "There is no such country code. Use the two letters of ISO 3166, for example DE, IN or GB.",
        "没有此国家（地区）代码。请使用 ISO 3166 两位字母代码，例如 DE、IN、GB。",
    ),
    "not_a_nationality": _t(
        "Hong Kong, Macao and Taiwan are recorded as CN here. For a foreign passport give the country that issued it.",
        "香港、澳门、台湾居民的国籍请填 CN；持外国护照的，请填护照签发国。",
    ),
    "end_before_start": _t("The end lies before the start. Check both days.", "结束日期早于开始日期。请核对两个日期。"),
    "current_yet_ended": _t(
        "This job is marked as current and has an end. Take one of the two out.",
        "该工作标为仍在进行，却填写了结束日期。请删去其中一项。",
    ),
    "stem_contradicts_field": _t(
        "The field of study already tells whether the degree counts as science or technology, and says otherwise."
        " Correct field_isced, or leave stem out.",
        "专业领域已可判断该学位是否属于科学技术领域，与所填结论不符。请更正 field_isced，或不填 stem。",
    ),
    "offer_denied_yet_given": _t(
        "has_offer says no, yet an offer is described. Correct one of the two.",
        "has_offer 为否，却填写了录用信息。请更正其中一项。",
    ),
    "extra_forbidden": _t(
        "There is no such fact. Check the spelling, or leave it out.", "没有此项信息。请核对拼写，或删去此项。"
    ),
    "literal_error": _t("Choose one of: {expected}.", "请从以下各项中选择：{expected}。"),
    "too_long": _t("At most {max_length} entries are taken. Leave some out.", "最多填写{max_length}条。请删减。"),
    "string_too_long": _t(
        "At most {max_length} characters are taken. Shorten it.", "最多{max_length}个字符。请缩短。"
    ),
    "string_too_short": _t(
        "This is empty. Leave it out if it is not known.", "内容为空。不清楚时请勿填写此项。"
    ),
    "string_pattern_mismatch": _t(
        "This is not written as expected here. Check it against the API description.", "格式不符。请对照接口说明核对。"
    ),
    "string_type": _TEXT,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "bool_type": _YES_NO,
    "greater_than_equal": _t("This must be {ge} or more.", "须不小于{ge}。"),
    "less_than_equal": _t("This must be {le} or less.", "须不大于{le}。"),
    "tuple_type": _t("This must be a list.", "此处须为列表。"),
    "model_type": _t("This must be a group of named values.", "此处须为一组带名称的值。"),
    "not_accepted": _t(
        "This value is not accepted here. Check it, or leave it out if it is not known.",
        "不接受此值。请核对；不清楚时请勿填写此项。",
    ),
}  # fmt: skip
