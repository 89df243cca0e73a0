"""A case on hold: it rests for a reason. What hangs on our asking rests with it; days of the law go on."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.attempts import hold_of
from cases.history import record
from cases.models import Case, Hold
from cases.services.evaluating import derive
from cases.services.locking import lock_case, name_of
from cases.services.reasons import refuse_no_sentence
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid


@transaction.atomic
def hold_case(*, case_id: UUID, reason: str, actor: Actor, until: date | None = None) -> Hold:
    actor.require(Permission.MOVE_CASES)
    refuse_no_sentence(reason)
    case = lock_case(case_id, actor)
    if hold_of(case) is not None:
        raise Conflict("case_on_hold", _("The case is on hold already."))
    if until is not None and until <= clock.today(case.agency.time_zone):
        message = _("Give a day that is still to come, or leave it empty.")
        raise Invalid("until_in_the_past", message, errors={"until": message})
    hold = Hold.objects.create(
        agency_id=case.agency_id,
        case=case,
        reason=reason.strip(),
        until=until,
        held_by=name_of(actor),
        held_at=clock.now(),
    )
    record(case=case, kind="case.held", actor=actor)
    derive(case)
    return hold


@transaction.atomic
def resume_case(*, case_id: UUID, actor: Actor) -> Hold:
    """Go on. What was to be reminded of meanwhile is planned again."""
    actor.require(Permission.MOVE_CASES)
    case = lock_case(case_id, actor, closed_too=True)
    hold = end_hold(case, actor)
    if hold is None:
        raise Conflict("case_not_on_hold", _("The case is not on hold."))
    record(case=case, kind="case.resumed", actor=actor)
    derive(case)
    return hold


def end_hold(case: Case, actor: Actor) -> Hold | None:
    """The hold that lasted, if there was one; a case that is closed rests for good."""
    hold = hold_of(case)
    if hold is not None:
        hold.ended_by, hold.ended_at = name_of(actor), clock.now()
        hold.save(update_fields=["ended_by", "ended_at"])
    return hold
