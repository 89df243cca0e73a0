"""What in the records of a case does not fit the rest of it: said to staff, changed by nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.attempts import attempts_of
from cases.models import (
    Appointment,
    AppointmentKind,
    AppointmentState,
    Attempt,
    Case,
    CaseEvent,
    FormerPassport,
    Outcome,
)
from cases.moves import is_beyond
from cases.records import day_there
from cases.routes.facts import label
from cases.routes.schema import Pack
from cases.routes.values import Text
from cases.selectors import collection_of, facts_of, hand_in_of


@dataclass(frozen=True, slots=True)
class ProcessNotice:
    """`act`: where on the case it is put right."""

    code: str
    text: Text
    act: str


def notices_of(case: Case, pack: Pack) -> list[ProcessNotice]:
    if case.closed_at is not None:
        return []
    attempts = list(attempts_of(case))
    found = (
        _other_day(case, attempts),
        _stay_ends(case, pack),
        _other_visa(case, attempts),
        _earlier_refusal(case, pack, attempts),
        _renewed_passport(case, pack),
    )
    return [notice for notice in found if notice is not None]


def _other_day(case: Case, attempts: Sequence[Attempt]) -> ProcessNotice | None:
    """The hand-in is appointed for another day than the one the papers are judged by."""
    planned = Appointment.objects.filter(case=case, kind=AppointmentKind.HAND_IN, state=AppointmentState.PLANNED)
    standing = planned.filter(attempt=attempts[-1].number if attempts else 1).order_by("-at").first()
    if standing is None or (day := day_there(standing)) == case.planned_hand_in:
        return None
    return ProcessNotice(
        "hand_in_appointed_otherwise",
        Text(
            en=f"The hand-in is appointed for {day.day} {day:%b} {day.year}. Plan it for that day, so that every paper"
            " is judged by it.",
            zh=f"递交预约在{day.year}年{day.month}月{day.day}日。请将计划递交日期改为该日，以便按该日核对全部材料。",
        ),
        "details",
    )


def _stay_ends(case: Case, pack: Pack) -> ProcessNotice | None:
    """The permit of the country of residence ends while the passport lies at the post."""
    stay, back = facts_of(case).legal_stay, collection_of(case, pack)
    ends = stay.expires_on if stay is not None else None
    if ends is None or back is None or case.facts.get("visa") or not hand_in_of(case, pack).on <= ends < back:
        return None
    return ProcessNotice(
        "legal_stay_ends_before_collection",
        Text(
            en=f"The permit where the candidate lives ends on {ends.day} {ends:%b} {ends.year}, while the passport is"
            f" expected back on {back.day} {back:%b} {back.year}. Have it extended first, or hand in earlier.",
            zh=f"申请人在居住国家（地区）的居留许可于{ends.year}年{ends.month}月{ends.day}日到期，而护照预计于"
            f"{back.year}年{back.month}月{back.day}日取回。请先办理延期，或提前递交。",
        ),
        "facts",
    )


def sticker_differences(case: Case, attempts: Sequence[Attempt]) -> list[str]:
    """What is printed otherwise than it was asked for, as facts; what was not told differs from nothing."""
    visa = facts_of(case).visa
    if not attempts or visa is None:
        return []
    attempt = attempts[-1]
    asked = {
        "visa.visa_class": (attempt.asked_class or None, visa.visa_class),
        "visa.entries": (attempt.asked_entries, visa.entries),
        "visa.stay_days": (attempt.asked_stay_days, visa.stay_days),
    }
    return [path for path, (wanted, printed) in asked.items() if None not in (wanted, printed) and wanted != printed]


def _other_visa(case: Case, attempts: Sequence[Attempt]) -> ProcessNotice | None:
    names = [label(path) for path in sticker_differences(case, attempts)]
    if not names:
        return None
    en, zh = ", ".join(name.en for name in names), "、".join(name.zh for name in names)
    return ProcessNotice(
        "visa_differs_from_asked",
        Text(
            en=f"The visa is not what was asked for: {en}. Deadlines follow what is printed. Have an error corrected"
            " at the counter, and tell the employer.",
            zh=f"所签发的签证与申请不一致：{zh}。各项期限以签证所载为准。如系错误，请当场要求更正，并告知用人单位。",
        ),
        "facts",
    )


def _earlier_refusal(case: Case, pack: Pack, attempts: Sequence[Attempt]) -> ProcessNotice | None:
    """Until the form is in, whoever fills it must know of the refusal."""
    refused = next((one for one in reversed(attempts) if one.outcome == Outcome.REFUSED), None)
    if refused is None or refused.ended_on is None:
        return None
    if any(stage.code == "hand_in" for stage in pack.stages) and (
        pack.stage_index(case.stage) >= pack.stage_index("hand_in")
    ):
        return None
    day = refused.ended_on
    return ProcessNotice(
        "refused_before",
        Text(
            en=f"Application {refused.number} was refused on {day.day} {day:%b} {day.year}. The new form must say so,"
            " in words that agree with the earlier one.",
            zh=f"第{refused.number}次申请已于{day.year}年{day.month}月{day.day}日被拒。"
            "新申请表须如实申报，且与此前所填内容一致。",
        ),
        "attempts",
    )


def _renewed_passport(case: Case, pack: Pack) -> ProcessNotice | None:
    """What was handed in, or the visa itself, stands under the number of a passport that is no longer in use."""
    if not is_beyond(pack, case.stage, "hand_in"):
        return None
    events = CaseEvent.objects.filter(case=case).order_by("-id")
    handed_in = events.filter(kind="case.moved", data__source="hand_in").first()
    if handed_in is None or not events.filter(kind="passport.renewed", id__gt=handed_in.pk).exists():
        return None
    former = FormerPassport.objects.filter(candidate=case.candidate_id).order_by("-noted_at").first()
    if former is None:
        return None
    day = former.replaced_on
    return ProcessNotice(
        "passport_renewed_after_hand_in",
        Text(
            en=f"The passport was renewed on {day.day} {day:%b} {day.year}, after the hand-in: form and visa carry the"
            " number of the old one. Carry both passports, and ask the consulate before travelling.",
            zh=f"护照已于{day.year}年{day.month}月{day.day}日换发，晚于递交：申请表和签证所载仍为旧护照号码。"
            "请同时携带新旧护照，并在出行前向使领馆核实。",
        ),
        "passport",
    )
