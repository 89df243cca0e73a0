"""Whether a changed value asks for more or for less, where that can be told."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from cases.routes.schema import HowMany, ShelfLife

Strictness = Literal["tightened", "loosened", "changed"]

_DAYS_A_MONTH = 30.44
_RANKS: Mapping[str, int] = {"pass": 0, "needs_review": 1, "fail": 2, "warns": 0, "blocks": 1}


def strictness(field: str, old: Any, new: Any) -> Strictness:
    compare = _COMPARED.get(field)
    return compare(old, new) if compare is not None else "changed"


def _higher(old: float, new: float) -> Strictness:
    return "tightened" if new > old else "loosened" if new < old else "changed"


def _rank(old: str, new: str) -> Strictness:
    return _higher(_RANKS[old], _RANKS[new])


def _shelf_life(old: ShelfLife | None, new: ShelfLife | None) -> Strictness:
    """A shorter life is stricter, and so is having one at all."""
    if old is None or new is None:
        return "tightened" if old is None else "loosened"
    if old.counts_from != new.counts_from:
        return "changed"
    if new.counts_from == "expires_on":
        return _higher(old.must_outlast_hand_in_months or 0, new.must_outlast_hand_in_months or 0)
    return _higher(_days(new), _days(old))


def _days(life: ShelfLife) -> float:
    return life.days if life.days is not None else (life.months or 0) * _DAYS_A_MONTH


def _how_many(old: HowMany, new: HowMany) -> Strictness:
    if new.min != old.min:
        return _higher(old.min, new.min)
    most_old, most_new = (one.max if one.max is not None else float("inf") for one in (old, new))
    return _higher(most_new, most_old)


def _condition(old: str | None, new: str | None) -> Strictness:
    """Asked of everybody is stricter than asked of some; which of two conditions is, nobody can tell."""
    if old is None:
        return "loosened"
    return "tightened" if new is None else "changed"


def _more_is_stricter(old: tuple[str, ...], new: tuple[str, ...]) -> Strictness:
    if set(new) > set(old):
        return "tightened"
    return "loosened" if set(new) < set(old) else "changed"


def _fewer_is_stricter(old: tuple[str, ...], new: tuple[str, ...]) -> Strictness:
    return _more_is_stricter(new, old)


def _number(old: float | None, new: float | None) -> Strictness:
    return "changed" if old is None or new is None else _higher(old, new)


def _less_time(old: int | None, new: int | None) -> Strictness:
    return "changed" if old is None or new is None else _higher(new, old)


_COMPARED: Mapping[str, Callable[[Any, Any], Strictness]] = {
    "shelf_life": _shelf_life,
    "how_many": _how_many,
    "when": _condition,
    "accepts": _fewer_is_stricter,
    "asks_for": _more_is_stricter,
    "fills": _more_is_stricter,
    "gates": _more_is_stricter,
    "four_eyes": _higher,
    "severity": _rank,
    "if_true": _rank,
    "if_false": _rank,
    "due_days": _less_time,
    "amount": _number,
    "factor": _number,
}
