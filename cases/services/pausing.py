"""Reminders rest: of a case, of one rule in it, of a person, or of a rule everywhere; and go on."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cases.history import record
from cases.models import Candidate, Case, ReminderPace, ReminderPause
from cases.selectors import cases_visible_to, visible_case
from cases.services.locking import lock_case, lock_cases_of, name_of
from cases.services.putting_off import resume_reminder
from cases.services.reasons import refuse_no_sentence
from cases.services.reminding import PLAN_CASES, plan_reminders
from relo.accounts.roles import Permission
from relo.accounts.security_log import note
from relo.accounts.security_models import SecurityAct
from relo.accounts.services import agency_of
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted
from relo.core.scoping import scoped_agency_id
from relo.outbox.service import put

LONGEST_DAYS = 366
PAGE = 200


@transaction.atomic
def pause_reminders(
    *,
    case_id: UUID,
    reason: str,
    actor: Actor,
    rule: str = "",
    whole_person: bool = False,
    until: date | None = None,
) -> ReminderPause:
    """Of the case, of one rule in it, or of the person in all their cases. With a day, it ends by itself."""
    actor.require(Permission.EDIT_CASES)
    refuse_no_sentence(reason)
    case = lock_case(case_id, actor)
    if whole_person and rule:
        raise Invalid("pause_too_wide", _("Choose either everything for this person, or one kind of reminder."))
    today = clock.today(case.agency.time_zone)
    _refuse_day(until, today)
    about = {"candidate_id": case.candidate_id} if whole_person else {"case": case, "rule": rule}
    _refuse_paused(today, **about, reminder=None)
    pause = ReminderPause.objects.create(
        agency_id=case.agency_id,
        reason=reason.strip(),
        until=until,
        made_by=name_of(actor),
        made_at=clock.now(),
        **about,
    )
    record(case=case, kind="reminders.paused", actor=actor)
    return pause


@transaction.atomic
def pause_rule(*, rule: str, reason: str, actor: Actor, until: date | None = None) -> ReminderPause:
    """In every case of the agency."""
    actor.require(Permission.EDIT_ROUTES)
    refuse_no_sentence(reason)
    if not rule.strip():
        raise Invalid("rule_missing", _("Name the rule that is to rest."))
    today = clock.today(agency_of(actor).time_zone)
    _refuse_day(until, today)
    _refuse_paused(today, case=None, candidate=None, rule=rule)
    told = {"rule": rule, "until": str(until or "")}
    note(SecurityAct.RULE_PAUSED, agency_id=scoped_agency_id(), actor=actor, data=told)
    return ReminderPause.objects.create(
        agency_id=scoped_agency_id(),
        rule=rule,
        reason=reason.strip(),
        until=until,
        made_by=name_of(actor),
        made_at=clock.now(),
    )


@transaction.atomic
def end_pause(*, pause_id: UUID, actor: Actor) -> ReminderPause:
    """What fell due meanwhile is planned again: of each thing the last reminder, unless its day is over."""
    pause = ReminderPause.objects.filter(pk=pause_id).first()
    if pause is None:
        raise NotFound("not_found", _("There is no such pause."))
    of_rule = pause.case_id is None and pause.candidate_id is None
    actor.require(Permission.EDIT_ROUTES if of_rule else Permission.EDIT_CASES)
    if pause.candidate_id:
        if not cases_visible_to(actor).filter(candidate_id=pause.candidate_id).exists():
            raise NotFound("not_found", _("There is no such pause."))
        cases = list(lock_cases_of(pause.candidate_id).values())
    else:
        cases = [lock_case(pause.case_id, actor)] if pause.case_id else []
    ended = ReminderPause.objects.filter(pk=pause.pk, ended_at=None).update(
        ended_at=clock.now(), ended_by=name_of(actor)
    )
    if not ended:
        raise Conflict("pause_ended", _("Somebody has ended this pause already."))
    pause.refresh_from_db()
    if pause.reminder is not None:
        resume_reminder(pause.reminder)
    for case in cases:
        if case.closed_at is None:
            record(case=case, kind="reminders.resumed", actor=actor)
            plan_reminders(case_id=case.pk, actor=actor)
    if of_rule:
        note(SecurityAct.RULE_RESUMED, agency_id=pause.agency_id, actor=actor, data={"rule": pause.rule})
        _plan_everywhere(pause)
    return pause


@transaction.atomic
def set_pace(*, candidate_id: UUID, pace: str, actor: Actor) -> Candidate:
    """The candidate's own wish: as it falls due, once a week, or no reminders by e-mail."""
    if actor.kind != ActorKind.CANDIDATE or actor.ref != str(candidate_id):
        raise NotPermitted("not_permitted", _("Only the candidate can choose this."))
    if pace not in ReminderPace.values:
        raise Invalid("pace_unknown", _("Choose how often we may remind you."), errors={"pace": _("Choose one.")})
    cases = lock_cases_of(candidate_id)
    candidate = Candidate.objects.select_for_update().get(pk=candidate_id)
    if candidate.reminder_pace == pace:
        return candidate
    candidate.reminder_pace = pace
    candidate.save(update_fields=["reminder_pace", "updated_at"])
    _tell(cases.values(), "reminders.pace_changed", actor)
    return candidate


@transaction.atomic
def trust_address(*, case_id: UUID, actor: Actor) -> Candidate:
    """The address works again, as somebody found out by other means."""
    actor.require(Permission.EDIT_CASES)
    cases = lock_cases_of(visible_case(case_id, actor).candidate_id)  # all of them in their order, then this one
    case = lock_case(case_id, actor)
    candidate = Candidate.objects.select_for_update().get(pk=case.candidate_id)
    if candidate.address_failed_at is None:
        raise Conflict("address_works", _("No mail to this address has failed."))
    candidate.address_failed_at = None
    candidate.save(update_fields=["address_failed_at", "updated_at"])
    _tell(cases.values(), "address.trusted", actor)
    return candidate


def _refuse_paused(today: date, **about: Any) -> None:
    """One whose day has come is over, and makes room."""
    running = ReminderPause.objects.filter(ended_at=None, **about)
    running.filter(until__lte=today).update(ended_at=clock.now())
    if running.exists():
        raise Conflict("paused_already", _("These reminders are paused already. End that pause first."))


def _tell(cases: Iterable[Case], kind: str, actor: Actor) -> None:
    for case in cases:
        if case.closed_at is None:
            record(case=case, kind=kind, actor=actor)


def _plan_everywhere(pause: ReminderPause) -> None:
    ids = list(Case.objects.filter(closed_at=None).order_by("id").values_list("pk", flat=True))
    for at in range(0, len(ids), PAGE):
        page = [str(case_id) for case_id in ids[at : at + PAGE]]
        put(handler=PLAN_CASES, key=f"pause:{pause.pk}:{at}", payload={"case_ids": page})


def _refuse_day(until: date | None, today: date) -> None:
    if until is not None and not 0 < (until - today).days <= LONGEST_DAYS:
        message = _("Give a day that is still to come, within a year, or leave it empty.")
        raise Invalid("until_out_of_range", message, errors={"until": message})
