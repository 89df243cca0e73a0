from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.explaining import explain
from cases.gates import Blocker
from cases.history import record
from cases.models import Case
from cases.moves import MoveUnknown, blockers_of, find_move
from cases.packs import pack_of_case
from cases.routes.schema import Pack
from cases.selectors import case_facts
from cases.services.checklist import derive
from cases.services.locking import lock_case, name_of
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor
from relo.core.errors import Conflict, NotFound


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
def move_case(*, case_id: UUID, move_name: str, actor: Actor) -> Case:
    """Move a case along one named edge, if every gate on that edge is open."""
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
    derive(case)
    return case
