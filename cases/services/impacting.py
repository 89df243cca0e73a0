"""Working out, batch by batch, what a rule change would do to each open case. Nothing is done to a case here."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from cases.changed_rules import cases_touched
from cases.models import Case, CaseChange, ChangeState, RuleChange
from cases.routes.impact import Effect, blocks_migration, group_key
from cases.services.publishing import COMPUTE
from cases.snapshots import Packs, Read, effects_on, read, stored
from relo.core import clock
from relo.outbox.service import put

BATCH = 500


@transaction.atomic
def compute_impact(*, change_id: str, after: str) -> None:
    """Outbox handler: the batch behind `after`, and a message for the next. Told twice, it finds its work done."""
    change = _locked(UUID(change_id))
    if change.computed_at is not None or str(change.computed_up_to or "") != after:
        return
    batch = read(_next_batch(change))
    cases = [one.case for one in batch]
    _overtake(change, cases)
    CaseChange.objects.bulk_create(changes_of(change, batch), ignore_conflicts=True)
    change.cases_done += len(cases)
    if len(cases) < BATCH:
        change.computed_at = clock.now()
        change.cases_total = change.cases_done
    else:
        change.computed_up_to = cases[-1].pk
        key, payload = f"impact:{change.pk}:{cases[-1].pk}", {"change_id": change_id, "after": str(cases[-1].pk)}
        put(handler=COMPUTE, key=key, payload=payload)
    change.save(update_fields=["cases_total", "cases_done", "computed_up_to", "computed_at"])


def catch_up(case: Case) -> None:
    """A case that was closed when new rules came is open again: it is told of the newest of each kind."""
    for of_route in (True, False):
        newest = RuleChange.objects.filter(route_version__isnull=not of_route).order_by("-made_at")
        if of_route:
            newest = newest.filter(route_version__code=case.route_code)
        elif case.post_edition is None:
            continue
        else:
            newest = newest.filter(post_edition__post=case.post_edition.post_id)
            newest = newest.filter(post_edition__route_code=case.route_code)
        change = newest.select_related("route_version", "post_edition").first()
        if change is None:
            continue
        batch = read(cases_touched(change).filter(pk=case.pk))
        _overtake(change, [one.case for one in batch])
        CaseChange.objects.bulk_create(changes_of(change, batch), ignore_conflicts=True)


def changes_of(change: RuleChange, batch: list[Read]) -> list[CaseChange]:
    """Not stored yet: a dry run ends here."""
    packs, now = Packs(), clock.now()
    return [
        CaseChange(
            agency_id=one.case.agency_id,
            change=change,
            case=one.case,
            from_version=one.case.route_version,
            from_post_edition_id=one.case.post_edition_id,
            computed_at=now,
            **columns_of(effects_on(one, change, packs)),
        )
        for one in batch
    ]


def columns_of(found: list[Effect]) -> dict[str, object]:
    return {
        "effects": [stored(effect) for effect in found],
        "group_key": group_key(found),
        "is_blocked": blocks_migration(found),
    }


def _locked(change_id: UUID) -> RuleChange:
    return (
        RuleChange.objects.select_for_update(of=("self",))
        .select_related("route_version", "post_edition")
        .get(pk=change_id)
    )


def _next_batch(change: RuleChange) -> QuerySet[Case]:
    cases = cases_touched(change).order_by("pk")
    if change.computed_up_to is not None:
        cases = cases.filter(pk__gt=change.computed_up_to)
    return cases[:BATCH]


def _overtake(change: RuleChange, cases: list[Case]) -> None:
    """What nobody decided about an earlier edition, of the route or of the post, is decided on this one."""
    earlier = CaseChange.objects.filter(
        case__in=[case.pk for case in cases],
        state__in=[ChangeState.OPEN, ChangeState.LATER, ChangeState.KEPT],
        change__route_version__isnull=change.route_version_id is None,
        change__made_at__lt=change.made_at,
    )
    earlier.exclude(change=change).update(state=ChangeState.OVERTAKEN)
