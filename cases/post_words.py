"""What an edition of a post says, as lines for people: what a candidate has to know, and the whole of it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cases.routes.facts import label
from cases.routes.overlay_parts import Changed, Overlay, Said
from cases.routes.schema import Pack, Requirement, ShelfLife
from cases.routes.values import Evidence, Text


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is the same for the same matter in every edition. `text`: the words of the page, if any were noted."""

    key: str
    title: Text
    answer: Text | None
    text: Text | None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that came, went, or says something else than before."""

    title: Text
    before: Text | None
    after: Text | None


def matters(overlay: Overlay) -> list[Line]:
    """Appointment, interview, proxy, payment and form, as far as the page speaks of them."""
    lines = []
    for name in ("appointment", "interview", "proxy"):
        said: Said | None = getattr(overlay, name)
        if said is not None:
            answer = None if said.answer is None else ANSWERS[name, said.answer]
            lines.append(Line(name, TITLES[name], answer, said.text, said.evidence))
    if (payment := overlay.payment) is not None:
        parts = [PAID[payment.when]] if payment.when else []
        parts += [REFUNDED[payment.refundable]] if payment.refundable is not None else []
        lines.append(Line("payment", TITLES["payment"], _joined(parts), payment.text, payment.evidence))
    days = overlay.facts.get("form_days")
    if overlay.form is not None or days is not None:
        counts = overlay.form.counts_from if overlay.form else None
        text = overlay.form.text if overlay.form else None
        evidence = overlay.form.evidence if overlay.form else days.evidence if days else None
        answer = _form_life(int(days.value), counts) if days else COUNTS[counts] if counts else None
        lines.append(Line("form", TITLES["form"], answer, text, evidence))
    return lines


def all_lines(overlay: Overlay, pack: Pack) -> list[Line]:
    """Everything the edition says, in the order of its form."""
    page = Text(en=overlay.source_url, zh=overlay.source_url)
    return [
        Line("source_url", TITLES["source_url"], page, None),
        Line("read_on", TITLES["read_on"], _day(overlay.read_on.isoformat()), None),
        Line("review_by", TITLES["review_by"], _day(overlay.review_by.isoformat()), None),
        *_facts(overlay),
        *_requirements(overlay, pack),
        *matters(overlay),
        *_fees(overlay, pack),
        *_rest(overlay),
    ]


def differences(before: Overlay, after: Overlay, pack: Pack) -> list[Difference]:
    """What another edition says otherwise; a matter of wording counts, how sure we are does too."""
    old, new = ({line.key: line for line in all_lines(one, pack)} for one in (before, after))
    found = []
    for key in dict.fromkeys([*new, *old]):
        was, now = _whole(old.get(key)), _whole(new.get(key))
        if was != now:
            line = new.get(key) or old[key]
            found.append(Difference(line.title, was, now))
    return found


def _whole(line: Line | None) -> Text | None:
    """A line as one sentence, with how sure we are."""
    if line is None:
        return None
    parts = [part for part in (line.answer, line.text) if part is not None]
    if line.evidence is not None:
        parts.append(SURE[line.evidence.level])
    return _joined(parts)


def _facts(overlay: Overlay) -> Iterator[Line]:
    for name, told in overlay.facts.items():
        if name != "form_days":  # stands with the form
            answer = YES if told.value else NO
            yield Line(f"facts.{name}", _capital(label(f"post.{name}")), answer, None, told.evidence)


def _requirements(overlay: Overlay, pack: Pack) -> Iterator[Line]:
    names = {one.code: one.name for one in pack.requirements}
    for extra in overlay.extra:
        answer = _joined([ASKED_BESIDES, *_of_extra(extra)])
        yield Line(f"requirement.{extra.code}", extra.name, answer, None, extra.evidence)
    for dropped in overlay.dropped:
        name = names.get(dropped.code) or Text(en=dropped.code, zh=dropped.code)
        yield Line(f"requirement.{dropped.code}", name, NOT_ASKED, None, dropped.evidence)
    for change in overlay.changed:
        name = names.get(change.code) or Text(en=change.code, zh=change.code)
        yield Line(f"requirement.{change.code}", name, _joined(list(_of_change(change))), None, change.evidence)


def _of_extra(extra: Requirement) -> Iterator[Text]:
    if extra.shelf_life is not None:
        yield _life(extra.shelf_life)
    yield from _condition(extra.when)
    yield from extra.good_enough


def _of_change(change: Changed) -> Iterator[Text]:
    if change.shelf_life is not None:
        yield _life(change.shelf_life)
    if change.how_many is not None:
        least, most = change.how_many.min, change.how_many.max
        yield _t(f"{least} to {most or 'any number'}", f"{least}至{most or '不限'}份")
    yield from _condition(change.when)
    yield from change.good_enough


def _condition(when: str | None) -> Iterator[Text]:
    if when == "true":
        yield _t("always asked for", "一律要求")
    elif when is not None:
        yield _t(f"asked for only if: {when}", f"仅在以下条件成立时要求：{when}")


def _life(life: ShelfLife) -> Text:
    if life.counts_from == "expires_on":
        months = life.must_outlast_hand_in_months
        if months is None:
            return _t("valid at the hand-in", "递交时有效")
        return _t(f"valid for {months} more months at the hand-in", f"递交时有效期不少于{months}个月")
    if life.months is not None:
        return _t(f"not older than {life.months} months", f"出具不超过{life.months}个月")
    return _t(f"not older than {life.days} days", f"出具不超过{life.days}天")


def _fees(overlay: Overlay, pack: Pack) -> Iterator[Line]:
    names = {fee.code: fee.name for fee in pack.fees}
    for fee in overlay.fees:
        parts = [_t(f"{fee.amount} {fee.currency}", f"{fee.amount} {fee.currency}")]
        if fee.nationality:
            parts.append(_t(f"for nationals of {fee.nationality}", f"适用于{fee.nationality}国籍"))
        since, until = fee.evidence.effective_from, fee.evidence.effective_to
        parts += [_t(f"from {since}", f"自{since}起")] if since else []
        parts += [_t(f"until {until}", f"至{until}止")] if until else []
        name = names.get(fee.code) or Text(en=fee.code, zh=fee.code)
        yield Line(f"fees.{fee.code}.{fee.nationality}.{since}", name, _joined(parts), None, fee.evidence)


def _rest(overlay: Overlay) -> Iterator[Line]:
    for at, hint in enumerate(overlay.pages, start=1):
        title = _t(f"Further page {at}", f"其他页面{at}")
        yield Line(f"pages.{at}", title, _t(hint.url, hint.url), hint.text)
    if (holidays := overlay.holidays) is not None:
        parts = []
        if holidays.country:
            parts.append(_t(f"Chinese holidays and those of {holidays.country}", f"中国及{holidays.country}的公共假日"))
        if holidays.closed_on:
            days = ", ".join(day.isoformat() for day in holidays.closed_on)
            parts.append(_t(f"also closed on {days}", f"另闭馆：{days}"))
        yield Line("holidays", TITLES["holidays"], _joined(parts), None, holidays.evidence)


def _form_life(days: int, counts: str | None) -> Text:
    if counts is None:
        return _t(f"usable for {days} days", f"有效{days}天")
    return _joined([_t(f"usable for {days} days", f"有效{days}天"), COUNTS[counts]]) or COUNTS[counts]


def _joined(parts: list[Text]) -> Text | None:
    return _t("; ".join(part.en for part in parts), "；".join(part.zh for part in parts)) if parts else None


def _capital(text: Text) -> Text:
    return _t(text.en[:1].upper() + text.en[1:], text.zh)


def _day(text: str) -> Text:
    return _t(text, text)


def _t(en: str, zh: str) -> Text:
    return Text.model_construct(en=en, zh=zh)  # made of checked parts; may be longer than one of them


YES, NO = _t("yes", "是"), _t("no", "否")
ASKED_BESIDES, NOT_ASKED = _t("asked for besides", "另行要求"), _t("not asked for", "不要求")
TITLES: Mapping[str, Text] = {
    "source_url": _t("Page read", "查阅页面"),
    "read_on": _t("Read on", "查阅日期"),
    "review_by": _t("To be read again by", "应于此日前重新查阅"),
    "appointment": _t("Appointment", "预约"),
    "interview": _t("Interview", "面谈"),
    "proxy": _t("Hand-in by somebody else", "代为递交"),
    "payment": _t("Payment", "缴费"),
    "form": _t("Online form", "网上申请表"),
    "holidays": _t("Closed days", "闭馆日"),
}
ANSWERS: Mapping[tuple[str, bool], Text] = {
    ("appointment", True): _t("An appointment is needed.", "须预约。"),
    ("appointment", False): _t("No appointment is needed.", "无须预约。"),
    ("interview", True): _t("There is an interview.", "须面谈。"),
    ("interview", False): _t("There is no interview.", "无须面谈。"),
    ("proxy", True): _t("Somebody else may hand in for you.", "可由他人代为递交。"),
    ("proxy", False): _t("You must hand in yourself.", "须本人递交。"),
}
PAID: Mapping[str, Text] = {
    "at_appointment": _t("Paid when the appointment is made.", "预约时缴费。"),
    "at_hand_in": _t("Paid at the hand-in.", "递交时缴费。"),
    "after_hand_in": _t("Paid after the hand-in.", "递交后缴费。"),
    "at_collection": _t("Paid when the passport is collected.", "取证时缴费。"),
}
REFUNDED: Mapping[bool, Text] = {
    True: _t("Given back on refusal.", "拒签可退费。"),
    False: _t("Not given back on refusal.", "拒签不退费。"),
}
COUNTS: Mapping[str, Text] = {
    "submission": _t("counted from the day the form is submitted", "自提交申请表之日起算"),
    "confirmation": _t("counted from the confirmation letter", "自确认函之日起算"),
}
SURE: Mapping[str, Text] = {
    "official": _t("(official)", "（官方）"),
    "mission_practice": _t("(stands on the page)", "（页面所载）"),
    "observed": _t("(observed)", "（实际所见）"),
    "reported": _t("(reported)", "（他人转述）"),
    "agency_policy": _t("(our policy)", "（本机构规定）"),
    "assumed": _t("(assumed)", "（推定）"),
    "not_published": _t("(not published)", "（未公布）"),
}
