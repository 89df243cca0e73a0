"""What the tests of reminders and mail share: a case with little open, and the work of relay and sweep."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta

import time_machine

from cases.models import Case, ChecklistItem, Mail, Reminder
from cases.services.checklist import settle_item, submit_item
from cases.services.opening import open_case
from cases.tasks import send_due_reminders
from relo.accounts.roles import CANDIDATE_PERMISSIONS
from relo.core import clock
from relo.core.actors import Actor, ActorKind
from relo.outbox import relay
from tests.conftest import World, anna


def one_open(world: World, code: str, **changes: object) -> Case:
    case = open_case(route_code="CN-K", candidate=anna(**changes), actor=world.manager.actor)
    leave_open(case, {code}, world.manager.actor)
    plan()
    return case


def leave_open(case: Case, codes: set[str], actor: Actor) -> None:
    """Settle everything of the first stage but `codes`."""
    for item in ChecklistItem.objects.filter(case=case, stage_position=0).exclude(code__in=codes):
        if not item.is_settled:
            settle_item(
                case_id=case.pk,
                code=item.code,
                note="Seen at the desk.",
                on=date(2020, 1, 1),
                issued_on=date(2020, 1, 1),
                expires_on=date(2099, 1, 1),
                actor=actor,
            )


def hand_over(case: Case, code: str) -> None:
    candidate = Actor(ActorKind.CANDIDATE, str(case.candidate_id), case.agency_id, frozenset(CANDIDATE_PERMISSIONS))
    submit_item(case_id=case.pk, code=code, actor=candidate)


def plan() -> None:
    relay.drain("default")


def sweep_and_send() -> None:
    send_due_reminders()
    relay.drain("mail")


@contextmanager
def later(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=True):
        yield


def at_ten(days: float) -> datetime:
    """Well after nine in the morning of that day, UTC."""
    return clock.now().replace(hour=10, minute=0) + timedelta(days=days)


def days_later(days: float) -> AbstractContextManager[None]:
    return later(at_ten(days))


def states(case: Case) -> dict[str, str]:
    """Item and days after the request -> state of the candidate's reminder, the reason with it."""
    rows = Reminder.objects.filter(case=case, audience="candidate").order_by("due_at", "id")
    return {_short(row.cycle): f"{row.state} {row.skip_reason}".strip() for row in rows}


def _short(cycle: str) -> str:
    """degree@2026-11-24+7 -> degree+7"""
    item, _, rest = cycle.partition("@")
    return item + rest[len("2026-11-24") :]


def mail_states(case: Case) -> list[str]:
    return list(Mail.objects.filter(candidate=case.candidate).order_by("created_at").values_list("state", flat=True))


def state_of_first(case: Case) -> str:
    """Of the first reminder of the consent."""
    return states(case)["consent+7"]
