"""Which requirements of a route apply to a person. Pure: facts and the day are given."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from cases.routes.derived_facts import to_cel
from cases.routes.expressions import Unknown, evaluate
from cases.routes.fact_models import CandidateFacts
from cases.routes.schema import Pack

NeedState = Literal["needed", "not_needed", "unknown"]


@dataclass(frozen=True, slots=True)
class Applicability:
    """`unknown`: may be needed; `missing` holds the paths of the facts that would tell."""

    code: str
    state: NeedState
    missing: tuple[str, ...] = ()


def applicable(pack: Pack, facts: CandidateFacts, on: date) -> list[Applicability]:
    """Every requirement of the route, in its order, with whether it is needed."""
    told = to_cel(facts, on)
    found = []
    for requirement in pack.requirements:
        answer = True if requirement.when is None else evaluate(requirement.when, told, requirement.reads)
        if isinstance(answer, Unknown):
            found.append(Applicability(requirement.code, "unknown", answer.missing))
        else:
            found.append(Applicability(requirement.code, "needed" if answer else "not_needed"))
    return found
