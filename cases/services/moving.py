from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.attempts import asks_reason
from cases.explaining import explain
from cases.gates import Blocker
from cases.history import record
from cases.models import Case
from cases.moves import MoveUnknown, blockers_of, find_move
from cases.packs import pack_of_case
from cases.routes.schema import Move, Pack
from cases.selectors import case_facts
from cases.services.attempting import LONGEST_REASON, begin_attempt, end_attempt, note_outcome
from cases.services.evaluating import derive
from cases.services.holding import end_hold
from cases.services.impacting import catch_up
from cases.services.locking import lock_case, name_of
from cases.services.reasons import refuse_no_sentence
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, Invalid, NotFound


class GateClosed(Conflict):
    """Every reason why the move cannot be made."""

    def __init__(self, blockers: list[Blocker], pack: Pack) -> None:
        super().__init__(
            "gate_closed",
            _("The case cannot move on yet. Each reason is listed with its cure."),
            blockers=[
                {"code": blocker.code, "subject": blocker.subject, "detail": explain(blocker, pack).model_dump()}
                for blocker in blockers
            ],
        )
        self.blockers = blockers


@transaction.atomic
def move_case(*, case_id: UUID, move_name: str, actor: Actor, reason: str = "", on: date | None = None) -> Case:
    """Move a case along one named edge, if every gate on that edge is open.

    A move that says what became of the application takes the reason, and the day it was said (today if left out). It
    ends the application where its stage closes the case; a move out of there begins the next one.
    """
    actor.require(Permission.MOVE_CASES)
    case = lock_case(case_id, actor, closed_too=True)
    pack = pack_of_case(case)
    try:
        move = find_move(pack.moves, move_name, source=case.stage)
    except MoveUnknown:
        names = ", ".join(move.name for move in pack.moves_from(case.stage))
        raise NotFound(
            "move_unknown", _("There is no such move from this stage. Possible: %(names)s.") % {"names": names}
        ) from None
    if blockers := blockers_of(move, case_facts(case, pack)):
        raise GateClosed(blockers, pack)
    told = _told(move, case, reason=reason, on=on)
    now = clock.now()
    case.stage, case.stage_entered_at, case.stage_entered_by = move.target, now, name_of(actor)
    case.closed_at = now if pack.stage(move.target).closing else None
    try:
        with transaction.atomic():
            case.save(update_fields=["stage", "stage_entered_at", "stage_entered_by", "closed_at"])
    except IntegrityError:  # reopened, while its external reference went to another case
        raise Conflict(
            "external_ref_taken",
            _("An open case already has this external reference. Use that case, or another reference."),
        ) from None
    record(case=case, kind="case.moved", actor=actor, move=move.name, source=move.source, target=move.target)
    if case.closed_at is not None:
        end_hold(case, actor)
    if told is not None:
        note_outcome(case, told.outcome, on=told.on, reason=told.reason, actor=actor)
        if case.closed_at is not None:
            end_attempt(case, told.outcome, on=told.on, reason=told.reason, actor=actor)
    if pack.stage(move.source).closing:
        begin_attempt(case, actor)
        catch_up(case)
    derive(case)
    return case


@dataclass(frozen=True, slots=True)
class _Told:
    outcome: str
    on: date
    reason: str


def _told(move: Move, case: Case, *, reason: str, on: date | None) -> _Told | None:
    """What is said of the application with this move; None where nothing is."""
    if not asks_reason(move):
        return None
    refuse_no_sentence(reason)
    if len(reason.strip()) > LONGEST_REASON:
        message = _("At most %(most)s characters are taken. Shorten it.") % {"most": LONGEST_REASON}
        raise Invalid("reason_too_long", message, errors={"reason": message})
    today = clock.today(case.agency.time_zone)
    if on is not None and on > today:
        message = _("This day lies in the future. Check the year.")
        raise Invalid("day_in_the_future", message, errors={"on": message})
    return _Told(move.target, on or today, reason.strip())
