"""Queueing the one mail that tells a candidate of what happened to their case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.models import Case, CaseEvent, Mail, MailKind, MailState
from cases.services.gathering import SEND
from cases.services.locking import lock_cases_of
from cases.services.mailing import TIME_TO_TAKE_BACK, items_to_mend
from relo.core import clock
from relo.outbox.service import put


@transaction.atomic
def queue_decision_mail(*, event_id: int) -> None:
    """One mail for what was given back, however many events and however often each is heard of."""
    event = CaseEvent.objects.select_related("case").get(pk=event_id)
    case = lock_cases_of(event.case.candidate_id)[event.case_id]
    mails = Mail.objects.filter(case=case, kind=MailKind.DECISION)
    if mails.filter(state=MailState.QUEUED).exists() or mails.filter(up_to_event__gte=event_id).exists():
        return
    if not items_to_mend(case):
        return
    _queue(case, MailKind.DECISION, event, due_at=event.at + TIME_TO_TAKE_BACK)


@transaction.atomic
def queue_packet_mail(*, case_id: UUID, packet: str) -> None:
    """That a packet waits to be looked at; one mail, however often this is heard of."""
    event = CaseEvent.objects.filter(case=case_id, kind="packet.shown", data__packet=packet).order_by("id").last()
    if event is None:
        return
    known = Case.objects.only("candidate_id").get(pk=case_id)
    case = lock_cases_of(known.candidate_id)[case_id]
    if case.closed_at is None and not Mail.objects.filter(kind=MailKind.PACKET, up_to_event=event.pk).exists():
        _queue(case, MailKind.PACKET, event)


def _queue(case: Case, kind: MailKind, event: CaseEvent, due_at: datetime | None = None) -> None:
    mail = Mail.objects.create(
        candidate=case.candidate,
        case=case,
        kind=kind,
        language=case.candidate.language,
        local_day=clock.today(case.candidate.time_zone),
        up_to_event=event.pk,
        created_at=clock.now(),
    )
    put(handler=SEND, key=f"mail:{mail.pk}", payload={"mail_id": str(mail.pk)}, due_at=due_at)
