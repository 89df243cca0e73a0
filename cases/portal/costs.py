"""What it may cost, as the candidate reads it: an amount only where somebody published one."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from cases.fees import FeeAsked, fees_asked
from cases.portal.sourced import HowSure, how_sure
from cases.routes.facts import CandidateFacts
from cases.routes.schema import Pack
from relo.core.languages import in_language


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    amount: str
    is_not_refunded: bool
    sure: HowSure


def costs_of(pack: Pack, facts: CandidateFacts, on: date) -> tuple[Cost, ...]:
    return tuple(_cost(asked) for asked in fees_asked(pack, facts, on))


def _cost(asked: FeeAsked) -> Cost:
    fee = asked.fee
    amount = _("The amount is not published.") if fee.amount is None else f"{fee.amount} {fee.currency}"
    return Cost(
        name=in_language(fee.name),
        amount=f"{amount} ({in_language(fee.per)})" if fee.per and fee.amount is not None else amount,
        is_not_refunded=fee.refundable is False,
        sure=how_sure(fee.evidence),
    )
