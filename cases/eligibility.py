"""What the rules of a route say about a person. Pure: facts and the day are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cases.routes.derived_facts import to_cel
from cases.routes.expressions import Unknown, evaluate
from cases.routes.fact_models import CandidateFacts
from cases.routes.facts import label
from cases.routes.schema import Pack, Rule
from cases.routes.values import Evidence, Result, Severity, Text

MOST_ASKED_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's answer. `missing`: paths of the facts without which it cannot be told."""

    code: str
    name: Text
    result: Result
    severity: Severity
    curable: bool
    says: Text
    missing: tuple[str, ...]
    open_question: str | None
    evidence: Evidence


def findings(pack: Pack, facts: CandidateFacts, on: date) -> list[Finding]:
    """Every rule that applies on that day; one that may apply is answered with what is missing to tell."""
    told = to_cel(facts, on)
    found = []
    for rule in pack.rules:
        applies = True if rule.when is None else evaluate(rule.when, told, rule.reads)
        if applies is False:
            continue
        answer = applies if isinstance(applies, Unknown) else evaluate(rule.expression, told, rule.reads)
        found.append(_finding(rule, answer))
    return found


def tell_us(missing: Iterable[str]) -> Text:
    """The facts that are missing, as a request in plain words; a long list is cut."""
    words = [label(path) for path in missing][:MOST_ASKED_AT_ONCE]
    return Text(
        en=f"Cannot be told yet. Tell us: {'; '.join(word.en for word in words) or 'more'}.",
        zh=f"目前无法判断。请告知：{'；'.join(word.zh for word in words) or '更多情况'}。",
    )


def _finding(rule: Rule, answer: bool | Unknown) -> Finding:
    missing = answer.missing if isinstance(answer, Unknown) else ()
    result: Result = "needs_review" if isinstance(answer, Unknown) else rule.if_true if answer else rule.if_false
    return Finding(
        code=rule.code,
        name=rule.name,
        result=result,
        severity=rule.severity,
        curable=rule.curable,
        says=tell_us(missing) if isinstance(answer, Unknown) else _words(rule, result),
        missing=missing,
        open_question=rule.open_question,
        evidence=rule.evidence,
    )


def _words(rule: Rule, result: Result) -> Text:
    words = {"pass": rule.says.passes, "fail": rule.says.fails, "needs_review": rule.says.needs_review}[result]
    return words or rule.name
