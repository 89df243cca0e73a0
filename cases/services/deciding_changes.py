"""A person decides what a rule change does to their open cases: one by one, or a group with the same effect at once.

Deciding is running cases, so it takes the permission to move them. Who edits rules sees what they do, and no more.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from cases.changed_rules import is_on, name_of_change
from cases.history import record
from cases.models import Case, CaseChange, ChangeDecision, ChangeState, Choice, RuleChange, waits_for_decision
from cases.selectors import cases_visible_to
from cases.services.impacting import columns_of
from cases.services.locking import lock_case, name_of
from cases.services.migrating import migrate
from cases.services.reasons import refuse_no_sentence
from cases.snapshots import Packs, Read, effects_on, read
from relo.accounts.models import Agency, User
from relo.accounts.roles import Permission
from relo.accounts.services import actor_of_user
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted, ReloError
from relo.core.scoping import scoped_agency_id
from relo.outbox.service import put

APPLY = "cases.apply_decision"
AT_ONCE = 20  # while the person waits; the rest is done in the background
BATCH = 50
STATES = {Choice.MIGRATE: ChangeState.MIGRATED, Choice.KEEP: ChangeState.KEPT, Choice.LATER: ChangeState.LATER}
_UNDECIDED = (ChangeState.OPEN, ChangeState.LATER, ChangeState.KEPT)


class EffectChanged(Conflict):
    """What the person decided on is not what would happen. The new effect is stored, and shown."""


@dataclass(frozen=True, slots=True)
class Decided:
    """`left`: cases of the group that the background still works on."""

    done: int
    refused: int
    left: int


def decide_case(
    *,
    change_id: UUID,
    case_id: UUID,
    group_key: str,
    choice: Choice,
    actor: Actor,
    reason: str = "",
    keep_until: date | None = None,
) -> CaseChange:
    """Decide for one case on the effect that was shown. The same decision again changes nothing."""
    change = _change(change_id, actor)
    _refuse_half_a_decision(choice, reason, keep_until)
    decision = _decision(change, group_key, choice, reason, keep_until, actor)
    decision.case_id, decision.done_at = case_id, decision.decided_at
    return _carried_out(change, case_id, decision, actor)


def decide_group(
    *,
    change_id: UUID,
    group_key: str,
    choice: Choice,
    actor: Actor,
    reason: str = "",
    keep_until: date | None = None,
) -> Decided:
    """Decide for every undecided case of the group that the person sees: the first at once, the rest soon."""
    change = _change(change_id, actor)
    _refuse_half_a_decision(choice, reason, keep_until)
    first = list(_undecided(change, group_key, actor).values_list("pk", "case_id")[: AT_ONCE + 1])
    if not first:
        raise Conflict("group_decided", _("No case of this group waits for a decision any more. Reload the page."))
    decision = _decision(change, group_key, choice, reason, keep_until, actor)
    with transaction.atomic():
        decision.save()
        if len(first) > AT_ONCE:
            _put_rest(decision, first[AT_ONCE - 1][0])
    _apply(decision, [case_id for _pk, case_id in first[:AT_ONCE]], actor)
    if len(first) <= AT_ONCE:
        _finish(decision)
    decision.refresh_from_db()
    left = _undecided(change, group_key, actor).exclude(decision=decision).count() if len(first) > AT_ONCE else 0
    return Decided(decision.cases_done, decision.cases_refused, left)


def apply_decision(*, decision_id: str, after: str) -> None:
    """Outbox handler: a batch of the cases that a decision is for. What is decided already is passed over."""
    decision = ChangeDecision.objects.select_related("change__route_version", "change__post_edition").get(
        pk=decision_id
    )
    if decision.done_at is not None:
        return
    actor = _who(decision)
    rows = [] if actor is None else list(_rest(decision, actor, UUID(after)).values_list("pk", "case_id")[:BATCH])
    if actor is not None:
        _apply(decision, [case_id for _pk, case_id in rows], actor)
    with transaction.atomic():
        if len(rows) == BATCH:
            _put_rest(decision, rows[-1][0])
        else:
            _finish(decision)


def _put_rest(decision: ChangeDecision, after: UUID) -> None:
    payload = {"decision_id": str(decision.pk), "after": str(after)}
    put(handler=APPLY, key=f"decision:{decision.pk}:{after}", payload=payload)


def _rest(decision: ChangeDecision, actor: Actor, after: UUID) -> QuerySet[CaseChange]:
    return _undecided(decision.change, decision.group_key, actor).filter(pk__gt=after).exclude(decision=decision)


def _finish(decision: ChangeDecision) -> None:
    ChangeDecision.objects.filter(pk=decision.pk, done_at=None).update(done_at=clock.now())


def _apply(decision: ChangeDecision, case_ids: list[UUID], actor: Actor) -> None:
    for case_id in case_ids:
        try:
            _carried_out(decision.change, case_id, decision, actor)
        except ReloError:
            # It stays open, and the page of the change shows it with what keeps it.
            ChangeDecision.objects.filter(pk=decision.pk).update(cases_refused=F("cases_refused") + 1)


def _carried_out(change: RuleChange, case_id: UUID, decision: ChangeDecision, actor: Actor) -> CaseChange:
    row, is_as_shown = _under_the_lock(change, case_id, decision, actor)
    if not is_as_shown:
        raise EffectChanged(
            "effect_changed",
            _("Facts of this case have moved: the change would do something else now. Look at it and decide again."),
            group_key=row.group_key,
            effects=row.effects,
        )
    return row


@transaction.atomic
def _under_the_lock(
    change: RuleChange, case_id: UUID, decision: ChangeDecision, actor: Actor
) -> tuple[CaseChange, bool]:
    """The row, and whether the effect is the one that was decided on. Where it is not, the new effect is kept."""
    case = lock_case(case_id, actor)
    row = CaseChange.objects.select_for_update(of=("self",)).select_related("decision").filter(
        change=change, case=case
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("not_found", _("This change does not touch the case."))
    if _is_decided_alike(row, decision):
        return row, True
    if row.state not in _UNDECIDED:
        raise Conflict("change_decided", _("This case is decided already, or newer rules are out. Reload the page."))
    if _was_decided_meanwhile(row, decision):
        raise Conflict("change_decided", _("A colleague decided for this case meanwhile. Reload the page."))
    if is_on(change, case):
        raise Conflict("change_decided", _("The case is on these rules already."))
    columns = columns_of(effects_on(_read(case), change, Packs()))
    for name, value in columns.items():
        setattr(row, name, value)
    row.from_version, row.from_post_edition_id = case.route_version, case.post_edition_id
    row.computed_at = clock.now()
    if row.group_key != decision.group_key:
        row.save()
        return row, False
    if decision.choice == Choice.MIGRATE:
        if row.is_blocked:
            raise Conflict("migration_blocked", _("This case has to stay on its rules for now. Its effects say why."))
        migrate(case, change, actor)
    else:
        _put_on_record(case, change, decision, actor)
    if decision._state.adding:
        decision.save()
    ChangeDecision.objects.filter(pk=decision.pk).update(cases_done=F("cases_done") + 1)
    row.state, row.decision = STATES[Choice(decision.choice)], decision
    row.save()
    return row, True


def _was_decided_meanwhile(row: CaseChange, decision: ChangeDecision) -> bool:
    """A decision for a group passes over a case that somebody has decided for since."""
    of_group = decision.case_id is None
    return of_group and row.decision is not None and row.decision.decided_at > decision.decided_at


def _put_on_record(case: Case, change: RuleChange, decision: ChangeDecision, actor: Actor) -> None:
    until = {"until": decision.keep_until.isoformat()} if decision.keep_until else {}
    kind = "rules.kept" if decision.choice == Choice.KEEP else "rules.put_off"
    record(case=case, kind=kind, actor=actor, edition=name_of_change(change), change=str(change.pk), **until)


def _read(case: Case) -> Read:
    """The locked case with its items and events, in the state the lock protects."""
    (found,) = read(Case.objects.filter(pk=case.pk))
    return found


def _is_decided_alike(row: CaseChange, decision: ChangeDecision) -> bool:
    if row.state != STATES[Choice(decision.choice)] or row.decision is None:
        return False
    return (row.decision.reason, row.decision.keep_until) == (decision.reason, decision.keep_until) or (
        row.state == ChangeState.MIGRATED
    )


def _undecided(change: RuleChange, group_key: str, actor: Actor) -> QuerySet[CaseChange]:
    """Nobody decided, or the day is over until which somebody did: what a colleague decided stands until then."""
    today = clock.today(Agency.objects.get(pk=change.agency_id).time_zone)
    rows = CaseChange.objects.filter(waits_for_decision(today), change=change, group_key=group_key)
    return rows.filter(case__in=cases_visible_to(actor)).order_by("pk")


def _change(change_id: UUID, actor: Actor) -> RuleChange:
    actor.require(Permission.MOVE_CASES)
    if actor.kind is not ActorKind.STAFF:
        raise NotPermitted("person_needed", _("Only a person can decide this. Do it in the admin."))
    change = RuleChange.objects.select_related("route_version", "post_edition").filter(pk=change_id).first()
    if change is None:
        raise NotFound("not_found", _("There is no such rule change."))
    return change


def _decision(
    change: RuleChange, group_key: str, choice: Choice, reason: str, keep_until: date | None, actor: Actor
) -> ChangeDecision:
    return ChangeDecision(
        agency_id=change.agency_id, change=change, group_key=group_key, choice=choice, reason=reason.strip(),
        keep_until=keep_until if choice == Choice.KEEP else None, decided_by=name_of(actor), decided_at=clock.now(),
    )  # fmt: skip


def _refuse_half_a_decision(choice: Choice, reason: str, keep_until: date | None) -> None:
    if choice != Choice.KEEP:
        return
    refuse_no_sentence(reason)
    zone = Agency.objects.get(pk=scoped_agency_id()).time_zone
    if keep_until is None or keep_until < clock.today(zone):
        message = _("Until which day? Give one from today on.")
        raise Invalid("keep_until_missing", message, errors={"keep_until": message})


def _who(decision: ChangeDecision) -> Actor | None:
    """None where the member has left meanwhile: nobody is left to answer for it."""
    user = User.objects.filter(pk=int(decision.decided_by.partition(":")[2])).first()
    actor = actor_of_user(user) if user is not None else None
    return actor if actor is not None and actor.may(Permission.MOVE_CASES) else None
