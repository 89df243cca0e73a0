"""From the facts as told to the map the expressions read: unknown is absent, what follows from others is added."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cases.routes.fact_models import CandidateFacts, Degree, Dependant, Work, stem_of
from cases.routes.months import add_months, full_years, whole_months

# Each derived fact with what it is made from, so that a person is asked for what they can answer.
DERIVED_FROM: Mapping[str, tuple[str, ...]] = {
    "age": ("date_of_birth",),
    "arm.study": ("degrees", "degrees[].level", "degrees[].field_isced"),
    "arm.work": ("work", "work[].stem", "work[].employer_kind", "work[].role"),
    "degrees[].stem": ("degrees", "degrees[].field_isced"),
    "dependants[].age": ("dependants", "dependants[].date_of_birth"),
    "dependants[].is_child": ("dependants", "dependants[].relation"),
    "dependants[].comes_of_age_on": (
        "dependants", "dependants[].date_of_birth", "dependants[].relation", "dependants[].comes_along",
    ),
    "has_offer": (),
    "highest_degree": ("degrees", "degrees[].level"),
    "passport.months_left": ("passport.expires_on",),
    "stay_ends_on": ("entered_on", "visa.stay_days"),
    "work_years": ("work", "work[].stem", "work[].started_on", "work[].ended_on"),
}  # fmt: skip

BACHELOR, OF_AGE = 2, 18


def to_cel(facts: CandidateFacts, on: date) -> dict[str, Any]:
    """The map for `cel`, as of the day `on`. Dates become UTC datetimes: a bare date makes the engine fail."""
    told: dict[str, Any] = _plain(facts.model_dump(exclude_none=True))
    told["on"] = _moment(on)
    for given, degree in zip(told.get("degrees", ()), facts.degrees or (), strict=False):
        _put(given, "stem", stem_of(degree))
    for given, dependant in zip(told.get("dependants", ()), facts.dependants or (), strict=False):
        given.update(_of_family(dependant, on))
    if facts.offer is not None:
        told["has_offer"] = True
    if facts.date_of_birth is not None:
        told["age"] = full_years(facts.date_of_birth, on)
    if facts.passport is not None and facts.passport.expires_on is not None:
        told["passport"]["months_left"] = whole_months(on, facts.passport.expires_on)
    if facts.entered_on is not None and facts.visa is not None and facts.visa.stay_days is not None:
        told["stay_ends_on"] = _moment(facts.entered_on + timedelta(days=facts.visa.stay_days))
    arm: dict[str, Any] = {}
    if facts.degrees is not None:
        _put(arm, "study", _any(_qualifies(degree) for degree in facts.degrees))
        _put(told, "highest_degree", _highest(facts.degrees))
    if facts.work is not None:
        _put(arm, "work", _any(_teaches_or_researches(job) for job in facts.work))
        _put(told, "work_years", _years(facts.work, on))
    if arm:
        told["arm"] = arm
    return told


def _of_family(dependant: Dependant, on: date) -> dict[str, Any]:
    """What follows for one member of the family."""
    follows: dict[str, Any] = {}
    is_child = None if dependant.relation is None else dependant.relation in ("child", "stepchild")
    _put(follows, "is_child", is_child)
    if dependant.date_of_birth is not None:
        follows["age"] = full_years(dependant.date_of_birth, on)
        if is_child and dependant.comes_along:
            follows["comes_of_age_on"] = _moment(add_months(dependant.date_of_birth, OF_AGE * 12))
    return follows


def _qualifies(degree: Degree) -> bool | None:
    return _all((None if degree.level is None else degree.level >= BACHELOR, stem_of(degree)))


def _teaches_or_researches(job: Work) -> bool | None:
    return _all(
        (
            job.stem,
            None if job.employer_kind is None else job.employer_kind in ("university", "institute"),
            None if job.role is None else job.role in ("teaching", "research"),
        )
    )


def _highest(degrees: tuple[Degree, ...]) -> int | None:
    levels = [degree.level for degree in degrees]
    known = [level for level in levels if level is not None]
    return max(known, default=0) if len(known) == len(levels) else None


def _years(jobs: tuple[Work, ...], on: date) -> int | None:
    """Full years in science or technology up to `on`; jobs at the same time count once."""
    spans = []
    for job in jobs:
        if job.stem is False:
            continue
        end = on if job.current else job.ended_on
        if job.stem is None or job.started_on is None or end is None:
            return None
        spans.append((job.started_on, min(end, on) + timedelta(days=1)))
    return sum(whole_months(start, end) for start, end in _merged(spans)) // 12


def _merged(spans: list[tuple[date, date]]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _all(parts: tuple[bool | None, ...]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    seen = set(answers)
    return True if True in seen else None if None in seen else False


def _put(target: dict[str, Any], name: str, value: object) -> None:
    if value is not None:
        target[name] = value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return _moment(value) if isinstance(value, date) else value


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
