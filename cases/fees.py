"""What a case costs, as far as it is published: the fees of the route that apply on a day. Pure."""

from dataclasses import dataclass
from datetime import date

from cases.routes.expressions import Unknown, evaluate
from cases.routes.facts import CandidateFacts, to_cel
from cases.routes.schema import Fee, Pack


@dataclass(frozen=True, slots=True)
class FeeAsked:
    """`missing`: the facts on which it hangs whether the fee is charged at all."""

    fee: Fee
    missing: tuple[str, ...] = ()


def fees_asked(pack: Pack, facts: CandidateFacts, on: date) -> list[FeeAsked]:
    """Every fee that is charged, or may be, on the day. An amount that nobody published stays empty.

    What the post charges goes before what the route says of the same fee, and the first that applies is the one.
    """
    told, asked = to_cel(facts, on), []
    settled: set[str] = set()
    for fee in pack.fees:
        if not fee.evidence.covers(on) or fee.code in settled:
            continue
        answer = True if fee.when is None else evaluate(fee.when, told, fee.reads)
        if isinstance(answer, Unknown):
            asked.append(FeeAsked(fee, answer.missing))
        elif answer:
            asked.append(FeeAsked(fee))
            settled |= {fee.code} if fee.of_post else set()
    return asked
