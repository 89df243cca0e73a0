"""An effect as a sentence. The names in it are those of the two packs; the days are the case's own."""

from collections.abc import Mapping

from cases.routes.comparing import NAMED_BY, Section, parts_by_code
from cases.routes.comparing_words import FIELD_LABELS
from cases.routes.impact import Effect
from cases.routes.schema import Pack
from cases.routes.values import Text


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


SENTENCES: Mapping[str, Text] = {
    "stage_gone": _t(
        "The stage “{code}” the case is in no longer exists. Move the case to another stage first.",
        "案件所处阶段“{code}”已不存在。请先将案件移至其他阶段。",
    ),
    "packet_sealed": _t(
        "The packet is sealed. It stays as it is, and so does the edition it was put together under.",
        "材料册已封存。封存内容及其所依据的版本保持不变。",
    ),
    "item_added": _t("“{name}” is asked for in addition.", "新增要求“{name}”。"),
    "item_may_be_added": _t(
        "“{name}” may be needed in addition; a fact is missing to tell.", "可能新增要求“{name}”，尚缺情况无法判断。"
    ),
    "item_falls_away": _t("“{name}” is no longer needed.", "不再需要“{name}”。"),
    "item_not_asked": _t(
        "“{name}” is no longer asked for; what was accepted stays.", "不再要求“{name}”，已接受的内容保留。"
    ),
    "item_need_changes": _t("“{name}”: it is told anew whether it is needed.", "“{name}”：是否需要将重新判断。"),
    "item_tightened": _t("“{name}”: stricter ({field}).", "“{name}”：要求收紧（{field}）。"),
    "item_loosened": _t("“{name}”: less is asked ({field}).", "“{name}”：要求放宽（{field}）。"),
    "item_changed": _t("“{name}”: changed ({field}).", "“{name}”：有更改（{field}）。"),
    "document_stops": _t(
        "“{name}” was accepted and will no longer serve at the hand-in.", "已接受的“{name}”到递交时将不再有效。"
    ),
    "document_serves_again": _t(
        "“{name}” lapsed before the hand-in and now serves.", "原将在递交前失效的“{name}”现可使用。"
    ),
    "document_undated": _t(
        "“{name}” was accepted; its age counts now, and nobody wrote down from which day. It is asked for again.",
        "已接受的“{name}”现按日期计算有效期，但未登记起算日期，须重新提供。",
    ),
    "accepted_tightened": _t(
        "“{name}” was accepted; more is asked of it now ({field}). Look at it again.",
        "“{name}”已被接受，现要求更多（{field}）。请重新核对。",
    ),
    "finding_changes": _t("Rule “{name}”: {was}, will be {becomes}.", "规则“{name}”：由“{was}”变为“{becomes}”。"),
    "hand_in_moves": _t(
        "The estimated hand-in moves.", "预计递交日期有变动。"
    ),
    "reminder_added": _t("New reminder: “{name}”.", "新增提醒：“{name}”。"),
    "reminder_removed": _t("Reminder no longer sent: “{name}”.", "不再发送提醒：“{name}”。"),
    "reminder_moves": _t("Reminder “{name}” moves.", "提醒“{name}”有变动。"),
    "deadline_moves": _t("Deadline of “{name}” moves.", "“{name}”的期限有变动。"),
}  # fmt: skip
RESULTS: Mapping[str, Text] = {
    "pass": _t("met", "符合"),
    "fail": _t("not met", "不符合"),
    "needs_review": _t("to be decided by a person", "须由专人判断"),
    "not_asked": _t("not asked", "不适用"),
}


def effect_in_words(effect: Effect, old: Pack, new: Pack) -> Text:
    """What all cases of a group share; days_in_words() has the rest."""
    name = _name(effect, old, new)
    blank = {"code": effect.subject, "field": "", "was": "", "becomes": ""}
    en, zh = {**blank, "name": name.en}, {**blank, "name": name.zh}
    if effect.kind == "finding_changes":
        for key, result in zip(("was", "becomes"), effect.detail, strict=True):
            en[key], zh[key] = RESULTS[result].en, RESULTS[result].zh
    elif effect.detail and effect.detail[0] in FIELD_LABELS:
        label = FIELD_LABELS[effect.detail[0]]
        en["field"], zh["field"] = label.en, label.zh
    sentence = SENTENCES[effect.kind]
    return Text(en=sentence.en.format(**en), zh=sentence.zh.format(**zh))


def days_in_words(effect: Effect) -> str:
    """The case's own days, the same in every language; empty where the effect has none."""
    return " → ".join(day.isoformat() for day in (effect.was, effect.becomes) if day is not None)


def _name(effect: Effect, old: Pack, new: Pack) -> Text:
    section = _SECTIONS.get(effect.kind.partition("_")[0])
    if section is None:
        return Text(en=effect.subject or "-", zh=effect.subject or "-")
    for pack in (new, old):
        part = parts_by_code(pack, section).get(effect.subject)
        if part is not None:
            name: Text = getattr(part, NAMED_BY[section])
            return Text(en=name.en.rstrip("."), zh=name.zh.rstrip("。"))
    return Text(en=effect.subject, zh=effect.subject)


_SECTIONS: Mapping[str, Section] = {
    "item": "requirements",
    "document": "requirements",
    "accepted": "requirements",
    "finding": "rules",
    "reminder": "reminders",
    "deadline": "reminders",
}
