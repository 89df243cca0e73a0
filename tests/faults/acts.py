"""What people do to an installation under test: `python -m tests.faults.acts seed 20`. Prints what it did, as JSON."""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import django


def seed(number: str) -> str:
    """An agency and so many people with a case each; the token of a program."""
    from django.core.management import call_command

    from cases.services.opening import open_case
    from relo.accounts.models import Membership
    from tests.conftest import anna, make_world

    call_command("load_routes", verbosity=0)
    world = make_world("ARC")
    Membership.objects.update(gets_morning_mail=False)  # or mails would be counted that hang on the hour
    with world.scope():
        for at in range(int(number)):
            open_case(
                route_code="CN-K", candidate=replace(anna(), email=f"person{at}@example.org"), actor=world.manager.actor
            )
    return world.token


def change_slowly(seconds: str) -> None:
    """A change whose transaction stays open for a while after its work was put into the outbox."""
    from django.db import transaction

    from cases.history import record
    from cases.models import Case
    from relo.core.actors import system_actor
    from relo.core.scoping import agency_scope, system_scope

    with system_scope("a fault is tried"):
        case = Case.objects.earliest("reference")
    with agency_scope(case.agency_id), transaction.atomic():
        record(case=case, kind="case.changed", actor=system_actor("tests", case.agency_id))
        time.sleep(float(seconds))


def give_changes() -> int:
    """Three candidates are asked to mend something; how many."""
    from cases.models import Case, ChecklistItem
    from cases.services.checklist import ask_for_changes
    from relo.accounts.models import User
    from relo.accounts.services import actor_of_user
    from relo.core.scoping import agency_scope, system_scope

    actor = actor_of_user(User.objects.get(email="reviewer@arc.example"))
    assert actor is not None
    with system_scope("a fault is tried"):
        cases = list(Case.objects.order_by("reference")[:3])
    for case in cases:
        with agency_scope(case.agency_id):
            ChecklistItem.objects.filter(case=case, code="consent").update(state="submitted")
            ask_for_changes(case_id=case.pk, code="consent", reason="Sign it on page two.", actor=actor)
    return len(cases)


def tell_twice() -> None:
    """One event, heard twice."""
    from django.db import transaction

    from cases.models import Case
    from relo.core.scoping import agency_scope, system_scope
    from relo.outbox.service import put

    with system_scope("a fault is tried"):
        case = Case.objects.earliest("reference")
    for _ in range(2):
        with agency_scope(case.agency_id), transaction.atomic():
            put(handler="cases.plan_reminders", key="event:told-twice", payload={"event_id": 1})


def gather() -> int:
    """One sweep of what fell due."""
    from cases.services.gathering import queue_due_mails

    return queue_due_mails()


def gather_at_once(threads: str) -> None:
    """So many threads gather what fell due for the same people."""
    _at_once(int(threads), gather)


def claim_all(workers: str) -> list[int]:
    """So many threads take and finish what waits in the queue `mail` at once; each id as often as it was taken."""
    from relo.outbox import relay

    taken: list[int] = []

    def work() -> None:
        while messages := relay.claim("mail", 1):
            taken.extend(message.pk for message in messages)

    _at_once(int(workers), work)
    return taken


def _at_once(number: int, act: Callable[[], object]) -> None:
    from django.db import connection

    ready = threading.Barrier(number)

    def run() -> None:
        ready.wait()
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    django.setup()
    result = globals()[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
