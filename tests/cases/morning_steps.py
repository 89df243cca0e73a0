"""A working morning of an agency, and the mails of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from cases.models import MorningMail
from cases.services.morning import works_on
from cases.tasks import send_morning_mails
from relo.accounts.models import Agency
from relo.core import clock
from relo.outbox import relay
from tests.smtp import MailServer, body_of


def working_day(agency: Agency, after: int = 1) -> date:
    """The first working day of the agency from so many days on."""
    day = clock.today(agency.time_zone) + timedelta(days=after)
    while not works_on(day, agency):
        day += timedelta(days=1)
    return day


def moment(agency: Agency, day: date, hour: int = 8, minute: int = 30) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(agency.time_zone))


@contextmanager
def on_the_morning(agency: Agency, *, after: int = 1, hour: int = 8) -> Iterator[date]:
    day = working_day(agency, after)
    with time_machine.travel(moment(agency, day, hour), tick=True):
        yield day


def morning() -> None:
    send_morning_mails()
    relay.drain("mail")


def to(server: MailServer, email: str) -> list[str]:
    """What somebody got, as text."""
    return [body_of(mail) for mail in server.taken if mail["To"] == email]


def fates() -> dict[str, str]:
    rows = MorningMail.objects.select_related("user").order_by("local_day", "user")
    return {row.user.email.partition("@")[0]: row.state for row in rows}
