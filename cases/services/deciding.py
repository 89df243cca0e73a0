"""Decisions only a person can make: on a finding that could not tell, and the second signature."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Case, FindingDecision, Signature
from cases.packs import pack_of_case
from cases.selectors import findings_of
from cases.services.evaluating import derive
from cases.services.locking import lock_case, name_of
from cases.services.reasons import refuse_no_sentence
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, NotFound, NotPermitted


@transaction.atomic
def decide_finding(*, case_id: UUID, rule: str, go_ahead: bool, reason: str, actor: Actor) -> FindingDecision:
    """Go ahead, or not, where the rule answers "needs review". A rule that says pass or fail is not up for decision."""
    actor.require(Permission.DECIDE_FINDINGS)
    refuse_no_sentence(reason)
    case = lock_case(case_id, actor)
    finding = next((row.finding for row in findings_of(case, pack_of_case(case)) if row.finding.code == rule), None)
    if finding is None:
        raise NotFound("not_found", _("This case has no such finding."))
    if finding.result != "needs_review":
        raise Conflict("finding_is_clear", _("This rule has a clear answer. Correct the facts if it is wrong."))
    decision = FindingDecision.objects.create(
        agency_id=case.agency_id,
        case=case,
        rule=rule,
        go_ahead=go_ahead,
        reason=reason.strip(),
        decided_by=name_of(actor),
        decided_at=clock.now(),
    )
    record(case=case, kind="finding.decided", actor=actor, rule=rule, go_ahead="yes" if go_ahead else "no")
    derive(case)
    return decision


@transaction.atomic
def sign_case(*, case_id: UUID, actor: Actor, note: str = "") -> Signature:
    """Sign as the second person for this visit to the stage and the planned hand-in. A program cannot sign."""
    actor.require(Permission.SIGN_CASES)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can sign. Do it in the admin."))
    case = lock_case(case_id, actor)
    if not any("second_person_signed" in move.gates for move in pack_of_case(case).moves_from(case.stage)):
        raise Conflict("signature_not_asked", _("This stage asks for no signature."))
    if case.stage_entered_by == name_of(actor):
        raise Conflict("same_person", _("You sent the case here. Somebody else has to sign it."))
    try:
        with transaction.atomic():
            signature = Signature.objects.create(
                agency_id=case.agency_id,
                case=case,
                stage_entered_at=case.stage_entered_at,
                planned_hand_in=case.planned_hand_in,
                signed_by_id=int(actor.ref),
                signed_at=clock.now(),
                note=note.strip(),
            )
    except IntegrityError:
        raise Conflict("already_signed", _("The case is signed already.")) from None
    record(case=case, kind="case.signed", actor=actor)
    derive(case)
    return signature


def end_signature(case: Case) -> None:
    """What was signed was checked under the rules the case was on. Inside the transaction that puts it on others."""
    Signature.objects.filter(case=case, stage_entered_at=case.stage_entered_at, ended_at=None).update(
        ended_at=clock.now()
    )
