"""Groups of cases and single cases of a rule change, as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.admin.links import case_url
from cases.changed_rules import packs_of
from cases.models import CaseChange, ChangeState, RuleChange
from cases.routes.impact import BLOCKING
from cases.routes.impact_words import days_in_words, effect_in_words
from cases.rule_selectors import Group, rows_of_group
from cases.snapshots import effect_from
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.languages import in_language

FIRST_CASES = 5
TONES = {
    ChangeState.OPEN: "act",
    ChangeState.MIGRATED: "done",
    ChangeState.KEPT: "wait",
    ChangeState.LATER: "wait",
    ChangeState.OVERTAKEN: "quiet",
}


@dataclass(frozen=True, slots=True)
class EffectLine:
    text: str
    days: str
    keeps: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    row: CaseChange
    reference: str
    person: str
    url: str
    decide_url: str
    state: str
    tone: str
    effects: list[EffectLine]
    reason: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    key: str
    url: str
    message_url: str
    cases: int
    waiting: int
    is_blocked: bool
    effects: list[EffectLine]
    first: list[CaseLine]
    may_decide: bool


def group_lines(change: RuleChange, groups: Iterable[Group], actor: Actor) -> list[GroupLine]:
    return [
        GroupLine(
            key=group.key,
            url=reverse("admin:cases_rulechange_group", args=[change.pk, group.key]),
            message_url=reverse("admin:cases_rulechange_message", args=[change.pk, group.key]),
            cases=group.cases,
            waiting=group.waiting,
            is_blocked=group.is_blocked,
            effects=effect_lines(change, group.sample, with_days=False),
            first=case_lines(change, list(rows_of_group(change, group.key, actor)[:FIRST_CASES])),
            may_decide=actor.may(Permission.MOVE_CASES),
        )
        for group in groups
    ]


def case_lines(change: RuleChange, rows: Iterable[CaseChange]) -> list[CaseLine]:
    return [
        CaseLine(
            row=row,
            reference=row.case.reference,
            person=row.case.candidate.name,
            url=case_url(row.case),
            decide_url=reverse("admin:cases_rulechange_case", args=[change.pk, row.case_id]),
            state=row.get_state_display(),
            tone=TONES[ChangeState(row.state)],
            effects=effect_lines(change, row, with_days=True),
            reason=row.decision.reason if row.decision is not None else "",
        )
        for row in rows
    ]


def effect_lines(change: RuleChange, row: CaseChange, *, with_days: bool) -> list[EffectLine]:
    old, new = packs_of(row, change)
    lines = []
    for stored in row.effects:
        effect = effect_from(stored)
        text = in_language(effect_in_words(effect, old, new))
        lines.append(EffectLine(text, days_in_words(effect) if with_days else "", effect.kind in BLOCKING))
    return lines or [EffectLine(_("Nothing changes for these cases but the edition they are on."), "", False)]
