"""What it costs to claim 100 due reminders among 50,000 and among 5 million, and what a sweep with nothing due asks.

    DATABASE_URL=… MIGRATE_DATABASE_URL=… python -m benchmarks.claiming [--most 5000000]

Makes a database of its own beside the one named and drops it. The same 100 rows are claimed again and again, with
fewer and then with more rows around them; only the ratio of the medians means anything on another machine.
"""

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings.test")

DUE, FEW, ROUNDS = 100, 50_000, 15
GOAL = 1.25


def main() -> int:
    wish = argparse.ArgumentParser()
    wish.add_argument("--most", type=int, default=5_000_000)
    most = wish.parse_args().most

    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    from relo.core.management.commands.migrate import as_owner, let_use
    from tests.conftest import make_world

    if not settings.DATABASE_OWNER:
        sys.exit("This needs PostgreSQL and two roles: set DATABASE_URL and MIGRATE_DATABASE_URL (see README).")
    setup_test_environment()
    usual, role = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    with as_owner(connection):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        let_use(connection, role)
    try:
        call_command("load_routes", verbosity=0, stdout=io.StringIO())
        world = make_world("ARC")
        with world.scope():
            case_id = open_one(world)
            fill(case_id, 0, FEW)
            few = measure()
            fill(case_id, FEW, most)
            many = measure()
            is_indexed = nothing_due(case_id)
        ratio = many / few
        print(f"{DUE} due: {few * 1000:.2f} ms among {FEW:,}, {many * 1000:.2f} ms among {most:,}: {ratio:.2f} times")
        print(f"goal: {GOAL} times; nothing due is one statement by an index: {'yes' if is_indexed else 'NO'}")
        return 0 if ratio <= GOAL and is_indexed else 1
    finally:
        with as_owner(connection):
            connection.creation.destroy_test_db(usual, verbosity=0)


def open_one(world: Any) -> Any:
    from cases.models import Reminder
    from cases.services.opening import open_case
    from relo.core import clock
    from tests.conftest import anna

    person = replace(anna(), email="person@example.org")
    case = open_case(route_code="CN-K", candidate=person, actor=world.manager.actor)
    now = clock.now()
    past = now - timedelta(hours=1)
    rows = [
        Reminder(case=case, rule="R-DUE", cycle=str(at), due_at=past, created_at=now, updated_at=now)
        for at in range(DUE)
    ]
    Reminder.objects.bulk_create(rows)
    return case.pk


def fill(case_id: Any, start: int, end: int) -> None:
    """Planned for the days to come: the harshest neighbours, since they stand in the same index."""
    run(
        "INSERT INTO cases_reminder (id, agency_id, case_id, rule, cycle, audience, due_at, state, skip_reason,"
        " created_at, updated_at) SELECT gen_random_uuid(), (SELECT agency_id FROM cases_case WHERE id = %s), %s,"
        " 'R-FILL', n::text, 'candidate',"
        " now() + interval '1 day' + n * interval '7 seconds', 'planned', '', now(), now()"
        " FROM generate_series(%s::int, %s::int) n",
        [case_id, case_id, start, end - 1],
    )
    run("ANALYZE cases_reminder", [])


def run(statement: str, values: list[Any]) -> None:
    from django.db import connection

    from relo.core.management.commands.migrate import as_owner
    from relo.core.scoping import system_scope

    with as_owner(connection), system_scope("a benchmark fills the tables"), connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def measure() -> float:
    return statistics.median(timed(claim_due) for _ in range(ROUNDS))


def timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def claim_due() -> None:
    """As the sweep does it: read who is due, lock those rows, mark them as gathered; then undone."""
    from django.db import transaction

    from cases.models import Reminder, ReminderState
    from cases.services import gathering
    from relo.core import clock

    now = clock.now()
    with transaction.atomic():
        rows = gathering._due(now, None)
        assert len(rows) == DUE, len(rows)
        locked = list(Reminder.objects.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in rows]))
        Reminder.objects.filter(pk__in=[row.pk for row in locked]).update(state=ReminderState.PLANNED, updated_at=now)
        transaction.set_rollback(True)


def nothing_due(case_id: Any) -> bool:
    """The sweep of reminders and the claim of the outbox, each one statement, none of which reads a table through."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from cases.models import Reminder
    from cases.services.gathering import queue_due_mails
    from relo.core.scoping import system_scope
    from relo.outbox import relay
    from relo.outbox.models import OutboxMessage

    Reminder.objects.filter(case_id=case_id, rule="R-DUE").update(state="skipped", skip_reason="item_done")
    with system_scope("a benchmark looks at every agency"):
        Reminder.objects.exclude(rule__in=("R-FILL", "R-DUE")).delete()
    OutboxMessage.objects.all().delete()
    good = True
    for work in (queue_due_mails, lambda: relay.drain("mail")):
        with CaptureQueriesContext(connection) as queries:
            work()
        words = [query["sql"].rpartition("SET LOCAL")[2].partition(";")[2] or query["sql"] for query in queries]
        asked = [one.strip() for one in words if one.strip().startswith(("SELECT", "WITH"))]
        if not asked:
            print(f"  nothing was understood of {[query['sql'][:80] for query in queries]}")
        plan = ""
        with system_scope("a benchmark looks at every agency"), connection.cursor() as cursor:
            for statement in asked:
                cursor.execute("EXPLAIN " + statement)
                plan += "\n".join(row[0] for row in cursor.fetchall())
        good &= len(asked) == 1 and "Seq Scan on cases_reminder" not in plan and "Index" in plan
        print(f"  {len(asked)} statement(s)\n    " + plan.replace("\n", "\n    "))
    return good


if __name__ == "__main__":
    sys.exit(main())
