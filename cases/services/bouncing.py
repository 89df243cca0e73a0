"""E-mails that come back after the mail server took them: the address is flagged by the same act as at a refusal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from cases.bounce_reports import Report
from cases.history import record
from cases.models import (
    BounceKind,
    Candidate,
    Case,
    CaseEvent,
    Mail,
    MailBounce,
    MailState,
    Reminder,
    ReminderState,
)
from cases.services.locking import lock_cases_of
from cases.services.mailing import flag_address
from relo.accounts.roles import Permission
from relo.core import clock
from relo.core.actors import Actor

ONCE_WITHIN = timedelta(days=1)  # reports that name an address alone
_GONE_OUT = (MailState.SENDING, MailState.SENT, MailState.UNKNOWN)


@transaction.atomic
def note_bounce(*, report: Report, actor: Actor) -> None:
    """In the agency in scope. A report about nobody known here is forgotten, and its sender does not learn it."""
    actor.require(Permission.REPORT_BOUNCES)
    mail = mails_named(report.message_id).first()
    candidate_id = mail.candidate_id if mail else _candidate_with(report.address)
    if candidate_id is None:
        return
    cases, now = lock_cases_of(candidate_id), clock.now()
    if mail is not None:
        mail = Mail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    at = min(report.at or now, now)
    if _heard_before(candidate_id, mail, report.kind, at):
        return
    MailBounce.objects.create(
        candidate_id=candidate_id, mail=mail, kind=report.kind, code=report.code[:12], at=at, heard_at=now
    )
    if report.kind == BounceKind.SOFT:
        return
    if mail is not None:
        _settle(mail, cases, report, actor)
    if not _works_again_since(candidate_id, at):
        flag_address(candidate_id, cases)


def mails_named(message_id: str) -> QuerySet[Mail]:
    """One or none. Ours begin with the id of the mail."""
    try:
        return Mail.objects.filter(pk=UUID(message_id.strip().removeprefix("<").partition("@")[0]))
    except ValueError:
        return Mail.objects.none()


def _candidate_with(address: str) -> UUID | None:
    if not address.strip():
        return None
    known = Candidate.objects.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(address.strip())))
    return known.values_list("pk", flat=True).first()


def _heard_before(candidate_id: UUID, mail: Mail | None, kind: str, at: datetime) -> bool:
    """Servers and providers repeat themselves."""
    same = MailBounce.objects.filter(candidate_id=candidate_id, mail=mail, kind=kind)
    if mail is None:
        same = same.filter(at__gt=at - ONCE_WITHIN, at__lt=at + ONCE_WITHIN)
    return same.exists()


def _settle(mail: Mail, cases: Mapping[UUID, Case], report: Report, actor: Actor) -> None:
    """What became of the mail, on its row, in the ledger, and in the cases that it was about."""
    reminders = Reminder.objects.filter(mail=mail)
    about = {mail.case_id, *reminders.values_list("case_id", flat=True)}
    if report.kind == BounceKind.HARD and mail.state in _GONE_OUT:
        mail.state, mail.error = MailState.BOUNCED, report.code[:12]
        mail.save(update_fields=["state", "error"])
        gone = reminders.exclude(state=ReminderState.SKIPPED)
        gone.update(state=ReminderState.BOUNCED, updated_at=clock.now())
    kind = "mail.bounced" if report.kind == BounceKind.HARD else "mail.complained"
    for case_id, case in cases.items():
        if case_id in about:
            record(case=case, kind=kind, actor=actor, mail=str(mail.pk), about=mail.kind, code=report.code[:12])


def _works_again_since(candidate_id: UUID, at: datetime) -> bool:
    """Somebody found out after that day that the address works."""
    return CaseEvent.objects.filter(case__candidate_id=candidate_id, kind="address.trusted", at__gt=at).exists()
