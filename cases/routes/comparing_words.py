"""The values of a pack as people read them, and what its fields are called."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.routes.schema import HowMany, LegalBasis, PhotoLimits, RightToWork, Sayings, ShelfLife, Trigger
from cases.routes.values import Evidence, Level, Text


def _t(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


FIELD_LABELS: Mapping[str, Text] = {
    "name": _t("name", "名称"),
    "country": _t("country", "国家"),
    "legal_basis": _t("legal basis", "法律依据"),
    "right_to_work": _t("right to work", "就业权利"),
    "first_stage": _t("first stage", "起始阶段"),
    "packet_from": _t("stage from which a packet can be built", "可生成材料册的阶段"),
    "code": _t("code", "代码"),
    "acts": _t("who acts", "办理方"),
    "expected_days": _t("expected days", "预计天数"),
    "day_kind": _t("kind of days", "天数类别"),
    "what_happens": _t("what happens", "办理内容"),
    "closing": _t("closing stage", "结束阶段"),
    "optional": _t("optional stage", "可选阶段"),
    "source": _t("from stage", "起始阶段"),
    "target": _t("to stage", "目标阶段"),
    "gates": _t("gates", "关口"),
    "label": _t("label", "名称"),
    "kind": _t("kind", "类别"),
    "why": _t("why it is asked", "要求原因"),
    "good_enough": _t("what is good enough", "合格标准"),
    "group": _t("group", "分组"),
    "stage": _t("stage", "阶段"),
    "provider": _t("who provides it", "提供方"),
    "when": _t("condition", "适用条件"),
    "reads": _t("facts of the condition", "条件所读信息"),
    "fills": _t("facts it brings", "所填信息"),
    "how_many": _t("how many", "份数"),
    "accepts": _t("file types", "文件类型"),
    "photo": _t("size of the photo", "照片尺寸"),
    "is_passport_page": _t("data page of the passport", "护照资料页"),
    "shelf_life": _t("how long it serves", "有效时长"),
    "sensitivity": _t("sensitivity", "敏感程度"),
    "asks_for": _t("what is noted", "须记录的内容"),
    "four_eyes": _t("accepted by two people", "须由两人审核接受"),
    "in_packet": _t("part of the packet", "是否编入材料册"),
    "packet_order": _t("place in the packet", "材料册中的顺序"),
    "evidence": _t("source", "依据"),
    "expression": _t("test", "判断条件"),
    "if_true": _t("answer if it holds", "成立时的结论"),
    "if_false": _t("answer if it does not hold", "不成立时的结论"),
    "severity": _t("severity", "严重程度"),
    "curable": _t("can be cured", "可否补救"),
    "open_question": _t("open question", "待定问题"),
    "says": _t("words of the answer", "结论文字"),
    "params": _t("values", "参数"),
    "trigger": _t("what starts it", "触发事件"),
    "offsets_days": _t("days before or after", "提前或延后天数"),
    "repeat_every_days": _t("repeated every so many days", "每隔多少天重复"),
    "repeat_times": _t("how often it is repeated", "重复次数"),
    "repeat_until_days": _t("repeated up to this day", "重复至第几日"),
    "due_days": _t("days until it is due", "办理期限（天）"),
    "to": _t("whom it is for", "提醒对象"),
    "manager_after_days": _t("days until the case manager is told", "多少天后告知案件负责人"),
    "administrators_after_days": _t("days until the administrators are told", "多少天后告知管理员"),
    "text": _t("text", "文字"),
    "by": _t("hangs on", "取决于"),
    "amount": _t("amount", "金额"),
    "currency": _t("currency", "币种"),
    "per": _t("charged per", "计费单位"),
    "factor": _t("share now charged", "现行收取比例"),
    "refundable": _t("refundable", "可否退还"),
    "question": _t("question", "问题"),
    "what_we_know": _t("what we know", "已知情况"),
    "topic": _t("topic", "主题"),
    "common_mistakes": _t("what often goes wrong", "常见错误"),
    "chain": _t("what comes after the original", "取得原件之后的步骤"),
    "issued_in": _t("issuing country", "签发国"),
    "ways": _t("ways of which one is enough", "可任选其一的办法"),
    "way": _t("way of authentication", "认证方式"),
    "of_passport": _t("asked anew for a new passport", "换发护照后须重新办理"),
    "of_post": _t("asked anew at another post", "更换使领馆后须重新办理"),
}

LEVELS: Mapping[Level, Text] = {
    "official": _t("official", "官方规定"),
    "mission_practice": _t("practice of the post", "使领馆做法"),
    "observed": _t("observed", "实际所见"),
    "reported": _t("reported", "媒体或机构报道"),
    "agency_policy": _t("our policy", "本机构规定"),
    "assumed": _t("assumed", "暂行推定"),
    "not_published": _t("not published", "尚未公布"),
}
NOTHING = _t("–", "–")
YES, NO = _t("yes", "是"), _t("no", "否")


def shown_value(field: str, value: Any) -> Text:
    if field == "shelf_life":
        return shelf_life_in_words(value)
    if field == "when" and value is None:
        return _t("always needed", "一律需要")
    return _shown(value)


def shelf_life_in_words(life: ShelfLife | None) -> Text:
    if life is None:
        return _t("no limit", "不限")
    if life.months is not None:
        return _t(f"{_many(life.months, 'month')} from the day of issue", f"自签发日起{life.months}个月")
    if life.days is not None:
        return _t(f"{_many(life.days, 'day')} from the day of issue", f"自签发日起{life.days}天")
    if life.must_outlast_hand_in_months is not None:
        months = life.must_outlast_hand_in_months
        return _t(f"{_many(months, 'month')} beyond the hand-in", f"递交后仍须有效{months}个月")
    return _t("until it expires", "至有效期届满")


def _shown(value: Any) -> Text:
    match value:
        case None | () | "":
            return NOTHING
        case Text():
            return value
        case bool():
            return YES if value else NO
        case date():
            return _t(value.isoformat(), value.isoformat())
        case HowMany():
            return _how_many(value)
        case PhotoLimits():
            return _photo(value)
        case Evidence():
            return _evidence(value)
        case LegalBasis() | RightToWork():
            return value.text
        case Sayings():
            return _listed([one for one in (value.passes, value.fails, value.needs_review) if one is not None])
        case Trigger():
            told = value.model_dump(mode="json", exclude_defaults=True)
            words = ", ".join(f"{name} {one}" for name, one in told.items())
            return _t(words, words)
        case tuple():
            return _listed([_shown(one) for one in value])
        case Mapping():
            words = ", ".join(f"{name}: {one}" for name, one in sorted(value.items()))
            return _t(words, words) if words else NOTHING
    return _t(str(value), str(value))


def _how_many(value: HowMany) -> Text:
    if value.max is None:
        return _t(f"at least {value.min}", f"至少{value.min}份")
    if value.min == value.max:
        return _t(str(value.min), f"{value.min}份")
    return _t(f"{value.min} to {value.max}", f"{value.min}至{value.max}份")


def _photo(value: PhotoLimits) -> Text:
    (left, right), (low, high), (light, heavy) = value.width, value.height, value.kilobytes
    return _t(
        f"{left} to {right} pixels wide, {low} to {high} high, {light} to {heavy} KB",
        f"宽{left}至{right}像素，高{low}至{high}像素，{light}至{heavy} KB",
    )


def _evidence(value: Evidence) -> Text:
    """How sure, as of when, and in which window. The source stands beside the part; its key tells a reader nothing."""
    level = LEVELS[value.level]
    window = f" ({value.effective_from or ''}–{value.effective_to or ''})"
    if not (value.effective_from or value.effective_to):
        window = ""
    return _t(
        f"{level.en}, checked on {value.checked_on}, again by {value.review_by}{window}",
        f"{level.zh}，{value.checked_on}核对，应于{value.review_by}前复核{window}",
    )


def _listed(texts: list[Text]) -> Text:
    if not texts:
        return NOTHING
    return _t("; ".join(text.en for text in texts), "；".join(text.zh for text in texts))


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
