"""Item states as people read them: one table for staff and candidates, stored states and derived ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from cases.models import ChecklistItem
from cases.routes.schema import Requirement
from cases.routes.values import Text
from cases.selectors import HandIn


@dataclass(frozen=True, slots=True)
class StateWords:
    staff: Text
    candidate: Text


def _words(staff_en: str, staff_zh: str, candidate_en: str, candidate_zh: str) -> StateWords:
    return StateWords(Text(en=staff_en, zh=staff_zh), Text(en=candidate_en, zh=candidate_zh))


STATES: Mapping[str, StateWords] = {
    "requested": _words("Requested", "待提交", "Not started", "未开始"),
    "started": _words("Started", "填写中", "In progress – not sent", "进行中，尚未提交"),
    "submitted": _words("To check", "待审核", "Sent – we are checking", "已提交，审核中"),
    "changes_requested": _words("Changes asked", "已要求修改", "Changes needed", "需要修改"),
    "accepted": _words("Accepted", "已接受", "Accepted", "已接受"),
    "waived": _words("Waived", "已豁免", "Not needed", "无需提供"),
    "cannot_provide": _words(
        "Cannot provide – decide", "无法提供，待决定", "You told us you cannot provide this", "您已告知无法提供"
    ),
    "no_longer_needed": _words("No longer needed", "不再需要", "Not needed", "无需提供"),
    # Derived
    "lapsing": _words(
        "Accepted – lapses before the hand-in", "已接受，但在递交前失效", "A newer one is needed", "需要较新的文件"
    ),
    "not_published": _words(
        "Not published yet", "官方尚未公布", "Not confirmed yet – nothing to do", "尚未确认，暂无需办理"
    ),
    "may_be_needed": _words("May be needed", "可能需要", "May be needed – tell us more", "可能需要，请先补充情况"),
}


def state_of(item: ChecklistItem, requirement: Requirement, hand_in_on: date) -> str:
    """The stored state, or the derived one that says more."""
    if item.lapses_before(hand_in_on):
        return "lapsing"
    if item.state == "requested" and item.is_undecided:
        return "may_be_needed"
    if item.state == "requested" and requirement.evidence.level == "not_published":
        return "not_published"
    return item.state


def validity_words(item: ChecklistItem, hand_in: HandIn, *, whose: Literal["the", "your"] = "the") -> Text | None:
    """“good until 14 Mar 2027, 12 days before your planned hand-in”; None of what keeps or was not accepted."""
    until = item.valid_until
    if item.state != "accepted" or until is None:
        return None
    days = (until - hand_in.on).days
    en, zh = ("before", "前") if days < 0 else ("after", "后")
    away = Text(en=f"{abs(days)} day{'s'[: abs(days) != 1]} {en}", zh=f"{zh}{abs(days)}天")
    if days == 0:
        away = Text(en="on the day of", zh="当天")
    plan = Text(en="estimated", zh="预计") if hand_in.is_estimate else Text(en="planned", zh="计划")
    return Text(
        en=f"good until {until.day} {until:%b} {until.year}, {away.en} {whose} {plan.en} hand-in",
        zh=f"有效期至{until.year}年{until.month}月{until.day}日，即{plan.zh}递交日期{away.zh}",
    )


def staff_label(state: str) -> Text:
    return STATES[state].staff


def candidate_label(state: str) -> Text:
    return STATES[state].candidate
