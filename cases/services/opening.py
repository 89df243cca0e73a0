"""Opening a case: who, on which route, with which checklist."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case, ReferenceCounter
from cases.packs import pack_of, published_version
from cases.services.candidates import NewCandidate, create_candidate, existing_candidate
from cases.services.details import refuse_past_hand_in, refuse_unknown_manager
from cases.services.evaluating import evaluate_checklist
from cases.services.locking import name_of
from relo.accounts.models import Agency
from relo.accounts.roles import Permission, Visibility
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict
from relo.core.scoping import scoped_agency_id


@transaction.atomic
def open_case(
    *,
    route_code: str,
    candidate: NewCandidate | UUID,
    actor: Actor,
    external_ref: str = "",
    planned_hand_in: date | None = None,
    manager_id: int | None = None,
) -> Case:
    """Open a case on the route's published version, for a new candidate or one the agency knows."""
    actor.require(Permission.OPEN_CASES)
    agency = Agency.objects.get(pk=scoped_agency_id())
    version = published_version(route_code)
    pack = pack_of(version)
    today = clock.today(agency.time_zone)
    refuse_past_hand_in(planned_hand_in, agency)
    refuse_unknown_manager(manager_id, agency)
    if isinstance(candidate, UUID):
        person = existing_candidate(candidate, actor)
    else:
        person = create_candidate(candidate, actor=actor, today=today)
    if manager_id is None and agency.visibility == Visibility.ASSIGNED and actor.kind is ActorKind.STAFF:
        manager_id = int(actor.ref)  # else nobody but the administrators would ever see it
    now = clock.now()
    try:
        with transaction.atomic():
            case = Case.objects.create(
                agency=agency,
                reference=_next_reference(agency, today.year),
                route_code=version.code,
                route_version=version,
                candidate=person,
                manager_id=manager_id,
                external_ref=external_ref.strip(),
                planned_hand_in=planned_hand_in,
                stage=pack.first_stage,
                stage_entered_at=now,
                stage_entered_by=name_of(actor),
                opened_at=now,
                updated_at=now,
            )
    except IntegrityError:
        raise Conflict(
            "external_ref_taken",
            _("An open case already has this external reference. Use that case, or another reference."),
            external_ref=external_ref,
        ) from None
    record(case=case, kind="case.opened", actor=actor, route=version.code, edition=version.edition)
    evaluate_checklist(case, actor)
    return case


def _next_reference(agency: Agency, year: int) -> str:
    """ARC-2026-0042: the agency, the year, and the number of the case in it. Numbers are never used twice."""
    ReferenceCounter.objects.get_or_create(agency=agency, year=year)
    counter = ReferenceCounter.objects.select_for_update().get(agency=agency, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{agency.code}-{year}-{counter.last:04d}"
