"""Conditions of a pack, tried on full sets of facts before anyone relies on them.

A condition must answer yes or no when every fact is known, must answer the same from its declared facts alone,
and must need each of them: left out, it turns some answer into "cannot tell". Since `||` and `&&` need not look
at both sides, this is tried on mixtures of the samples, not on one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from cases.routes.comparisons import mismatches
from cases.routes.expressions import ExpressionInvalid, Unknown, compile_expression, evaluate, without
from cases.routes.fact_labels import FACT_LABELS
from cases.routes.faults import Fault, Place
from cases.routes.samples import full_sample, mixtures

COUNTRY_FACTS = ("residence_country", "nationalities", "degrees[].institution_country", "work[].country")


def condition_faults(
    condition: str | None, reads: Sequence[str], at: Place, key: str, also: str | None = None
) -> Iterator[Fault]:
    """`also`: a second condition that shares the declared facts, as a rule's `when` does."""
    conditions = {key: condition} if condition is not None else {}
    if also is not None:
        conditions["when"] = also
    unknown = [fault for path in reads for fault in fact_fault(path, (*at, "reads"))]
    yield from unknown
    if reads and not conditions:
        yield Fault("reads_without_condition", (*at, "reads"))
    broken = False
    for name, text in conditions.items():
        try:
            compile_expression(text)
        except ExpressionInvalid as refused:
            broken = True
            yield Fault(refused.code, (*at, name), {"detail": refused.detail})
        for pair in mismatches(text):
            broken = True
            yield Fault("kinds_differ", (*at, name), {"left": pair.left, "right": pair.right})
    if not unknown and not broken:
        yield from _tried(conditions, reads, at)


def fact_fault(path: str, place: Place, wanted: Literal["day", "number", "country"] | None = None) -> Iterator[Fault]:
    if path not in FACT_LABELS:
        yield Fault("fact_unknown", place, {"path": path})
        return
    head, _, leaf = path.partition(".")
    sample = full_sample()
    is_list = head.endswith("[]")
    value = sample[head.removesuffix("[]")] if not leaf or is_list else sample[head][leaf]
    day = value[0][leaf] if is_list else value  # a reminder may start from a day of each entry
    if wanted == "day" and not isinstance(day, datetime):
        yield Fault("fact_is_no_day", place, {"path": path})
    if wanted == "country" and path not in COUNTRY_FACTS:
        yield Fault("fact_is_no_country", place, {"path": path})
    if wanted == "number" and type(value) is not int:
        yield Fault("fact_is_no_number", place, {"path": path})


def _tried(conditions: dict[str, str], reads: Sequence[str], at: Place) -> Iterator[Fault]:
    everything = tuple(full_sample())
    needed: set[str] = set()
    for name, text in conditions.items():
        for facts in mixtures(reads):
            if isinstance(evaluate(text, facts, everything), Unknown):
                yield Fault("expression_not_yes_or_no", (*at, name))
                return
            if isinstance(evaluate(text, facts, reads), Unknown):
                yield Fault("fact_undeclared", (*at, name))
                return
            for path in reads:
                if path not in needed and isinstance(evaluate(text, without(facts, path), reads), Unknown):
                    needed.add(path)
    yield from (Fault("fact_not_read", (*at, "reads"), {"path": path}) for path in reads if path not in needed)
