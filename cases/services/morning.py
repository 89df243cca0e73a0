"""The morning mail to the staff: at most one a member and day, and none where nothing needs them."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone, translation

from cases.calendars import CHINA_ALONE, SATURDAY_AND_SUNDAY, is_open
from cases.delivery import Answer, deliver
from cases.mail import message_id_of
from cases.models import MailState, MorningMail
from cases.morning import MorningSection, Reader, sections_for
from cases.services.mailing import MailNotTaken
from cases.services.telling_staff import tell_staff
from relo.accounts.mails import letter
from relo.accounts.models import Agency
from relo.accounts.services import actor_of_user, members_in_force
from relo.core import clock
from relo.core.scoping import agency_scope
from relo.outbox.relay import MAX_ATTEMPTS, GiveUp
from relo.outbox.service import put

log = logging.getLogger(__name__)

SEND = "cases.send_morning_mail"
MADE_UP_FOR = timedelta(hours=6)  # what was missed is made up while it is still of use that day
# Whose working days the library knows by heart; everywhere else it is Monday to Friday.
CHINESE_ZONES = frozenset({"Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "Asia/Kashgar", "PRC"})


def queue_morning_mails() -> int:
    """The sweep: in agencies where it is morning, each member's mail of the day. Any number may run, at any time."""
    queued, now = 0, clock.now()
    for agency in Agency.objects.order_by("pk"):
        try:
            day = now.astimezone(ZoneInfo(agency.time_zone)).date()
            if not _is_morning(agency, now) or not works_on(day, agency):
                continue
            with agency_scope(agency.pk):
                tell_staff(agency)
                queued += queue_mails_of(agency, day)
        except Exception:
            # One agency's trouble is not the others'; the next sweep tries again.
            log.exception("morning.not_queued", extra={"agency_id": str(agency.pk)})
    return queued


def works_on(day: date, agency: Agency) -> bool:
    if agency.time_zone in CHINESE_ZONES:
        return is_open(day, CHINA_ALONE)
    return day.weekday() not in SATURDAY_AND_SUNDAY


@transaction.atomic
def queue_mails_of(agency: Agency, day: date) -> int:
    """For each member in force who wants it and has none of this day yet."""
    has_one = MorningMail.objects.filter(user=OuterRef("user"), local_day=day)
    members = members_in_force(agency).filter(~Exists(has_one), gets_morning_mail=True)
    users = list(members.order_by("user").values_list("user", flat=True))
    now = clock.now()
    mails = [MorningMail(agency_id=agency.pk, user_id=user_id, local_day=day, created_at=now) for user_id in users]
    MorningMail.objects.bulk_create(mails, ignore_conflicts=True)  # another sweep may be at it
    for user_id in users:
        put(handler=SEND, key=f"morning:{user_id}:{day}", payload={"user_id": user_id, "day": day.isoformat()})
    return len(users)


def _is_morning(agency: Agency, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(agency.time_zone))
    begins = local.replace(hour=agency.morning_hour, minute=0, second=0, microsecond=0)
    return begins <= local < begins + MADE_UP_FOR


@dataclass(frozen=True, slots=True)
class Ready:
    mail_id: UUID
    attempt: int
    message: EmailMultiAlternatives


def send_morning_mail(*, user_id: int, day: str) -> None:
    """Outbox handler. May run twice."""
    ready = mark_sending(user_id=user_id, day=date.fromisoformat(day))
    if ready is None:
        return
    answer = deliver(ready.message)
    if answer.outcome == "unclear":
        raise MailNotTaken(answer.code)  # left in `sending`: the next attempt finds it there, as after a crash
    state = note_answer(ready, answer)
    if state == MailState.QUEUED:
        raise MailNotTaken(answer.code)
    if state == MailState.FAILED:
        raise GiveUp(f"mail {answer.code}")


@transaction.atomic
def mark_sending(*, user_id: int, day: date) -> Ready | None:
    """Write it and commit that it is about to go, if it waits, its day is not over, and something needs the member."""
    mails = MorningMail.objects.select_for_update(of=("self",)).select_related("user", "agency")
    mail = mails.get(user_id=user_id, local_day=day)
    if mail.state == MailState.SENDING:
        # Whoever sent it is gone, and may have been heard. There is another one tomorrow.
        _end(mail, MailState.UNKNOWN)
        return None
    if mail.state != MailState.QUEUED:
        return None
    sections = _sections_of(mail)
    if not sections:
        _end(mail, MailState.SKIPPED)
        return None
    mail.state, mail.sending_at, mail.message_id, mail.error = (
        MailState.SENDING, clock.now(), message_id_of(mail.pk), ""
    )  # fmt: skip
    mail.lines = sum(section.count for section in sections)
    mail.attempts += 1
    mail.save()
    return Ready(mail.pk, mail.attempts, compose(mail, sections))


@transaction.atomic
def note_answer(ready: Ready, answer: Answer) -> str:
    """What became of it: sent, failed, or waiting for another try."""
    mail = MorningMail.objects.select_for_update().get(pk=ready.mail_id)
    if answer.outcome == "accepted":
        mail.state, mail.sent_at = MailState.SENT, clock.now()
    elif mail.state != MailState.SENDING or mail.attempts != ready.attempt:
        return mail.state
    elif answer.outcome == "refused" or mail.attempts >= MAX_ATTEMPTS:
        mail.state, mail.error = MailState.FAILED, answer.code[:40]
    else:
        mail.state, mail.error = MailState.QUEUED, answer.code[:40]
    mail.save(update_fields=["state", "sent_at", "error"])
    return mail.state


def _sections_of(mail: MorningMail) -> list[MorningSection]:
    """In the member's language; nothing for who has left, wants none by now, or would read it another day."""
    actor, today = actor_of_user(mail.user), clock.today(mail.agency.time_zone)
    if actor is None or mail.local_day != today or not mail.user.membership.gets_morning_mail:
        return []
    reader = Reader(actor, mail.agency, today)
    with translation.override(mail.user.language), timezone.override(ZoneInfo(mail.agency.time_zone)):
        return list(sections_for(reader))


def compose(mail: MorningMail, sections: list[MorningSection]) -> EmailMultiAlternatives:
    count = sum(section.count for section in sections)
    with translation.override(mail.user.language):
        subject = translation.ngettext("%(count)s thing needs you today", "%(count)s things need you today", count) % {
            "count": count
        }
    message = letter(
        agency=mail.agency,
        to=mail.user.email,
        language=mail.user.language,
        subject=subject,
        template="morning",
        context={
            "user": mail.user,
            "count": count,
            "day": mail.local_day,
            "sections": sections,
            "site": settings.PUBLIC_URL,
            "url": settings.PUBLIC_URL + reverse("admin:index"),
            "off_url": f"{settings.PUBLIC_URL}{reverse('mfa_index')}#morning-mail",
        },
    )
    message.extra_headers["Message-ID"] = mail.message_id
    return message


def _end(mail: MorningMail, state: MailState) -> None:
    mail.state = state
    mail.save(update_fields=["state"])
