"""What sending many reminders costs beside a bare loop of claim and send, and that planning again writes nothing.

    DATABASE_URL=… MIGRATE_DATABASE_URL=… python -m benchmarks.draining [--due 10000]

Makes a database of its own beside the one named and drops it. One mail server on loopback takes all mails: first
those of `bare_loop.py`, then relo's, sent by one sweep and two workers. Ends with 1 when a goal is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings.test")

TEMPLATES, WORKERS = 20, 2
GOAL = 1.15


def main() -> int:
    wish = argparse.ArgumentParser()
    wish.add_argument("--due", type=int, default=10_000)
    wish.add_argument("--worker", action="store_true", help="is one of the two workers")
    asked = wish.parse_args()

    import django

    django.setup()
    if asked.worker:
        work()
        return 0
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from benchmarks.impact import a_database

    if not settings.DATABASE_OWNER:
        sys.exit("This needs PostgreSQL and two roles: set DATABASE_URL and MIGRATE_DATABASE_URL (see README).")
    setup_test_environment()
    with a_database():
        from benchmarks.row_security import publish_routes
        from tests.conftest import make_world

        publish_routes()
        world = make_world("ARC")
        with world.scope():
            fill(world, asked.due)
        drained = draining(asked.due)
        with world.scope():
            silent = planning(world)
    return 0 if drained and silent else 1


def fill(world: Any, due: int) -> None:
    """Cases copied inside PostgreSQL, each with one reminder that is due and still needed."""
    from django.db import connection

    from benchmarks.impact import copy_cases
    from cases.models import Case, ChecklistItem, Reminder, ReminderState
    from cases.services.opening import open_case
    from relo.core import clock
    from relo.outbox import relay
    from tests.conftest import anna

    for number in range(TEMPLATES):
        open_case(route_code="CN-K", candidate=anna(email=f"person{number}@example.org"), actor=world.manager.actor)
    relay.drain("default")
    times = due // TEMPLATES - 1
    copy_cases(times)
    columns = [str(field.column) for field in Reminder._meta.concrete_fields]
    changed = {
        "id": "md5(id::text || '-' || k)::uuid",
        "case_id": "md5(case_id::text || '-' || k)::uuid",
        "item_id": "md5(item_id::text || '-' || k)::uuid",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_reminder ({', '.join(columns)})"
            f" SELECT {', '.join(changed.get(name, name) for name in columns)} FROM cases_reminder"
            f" CROSS JOIN generate_series(1, {times}) AS k"
        )
        cursor.execute("ANALYZE")
    of_consent = ChecklistItem.objects.filter(code="consent").values("pk")
    first = Reminder.objects.filter(item__in=of_consent, state=ReminderState.PLANNED).order_by("case", "due_at")
    first = first.distinct("case")
    updated = Reminder.objects.filter(pk__in=list(first.values_list("pk", flat=True))).update(due_at=clock.now())
    print(f"{Case.objects.count():,} cases, {updated:,} reminders due")


def draining(due: int) -> bool:
    from django.db import connection

    from cases.models import Mail, MailState
    from cases.services.gathering import queue_due_mails
    from relo.core.scoping import system_scope

    given = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(given._replace(path=f"/{connection.settings_dict['NAME']}"))
    sink = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.mail_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sink.stdin is not None
    assert sink.stdout is not None
    port = sink.stdout.readline().strip()
    told = subprocess.run(  # noqa: S603 (our own interpreter and script; no shell)
        [sys.executable, "-m", "benchmarks.bare_loop", url, port, str(due)], capture_output=True, text=True, check=True
    )
    bare = float(told.stdout)
    # The settings of production with the keys of this process, as workers beside it would have them.
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "relo.settings",
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    environment.pop("MIGRATE_DATABASE_URL", None)
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.draining", "--worker"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()  # it is ready
    started = time.perf_counter()
    queued = queue_due_mails()
    swept = time.perf_counter() - started
    with system_scope("a benchmark looks at every mail"):
        while Mail.objects.exclude(state=MailState.SENT).exists():
            time.sleep(0.1)
    ours = time.perf_counter() - started
    for worker in workers:
        worker.communicate("")
    counted = json.loads(sink.communicate("")[0])
    ratio = ours / bare
    print(
        f"{queued:,} mails: bare loop {bare:.1f} s, relo {ours:.1f} s (of which sweep {swept:.1f} s), {ratio:.2f} times"
    )
    print(f"goal: {GOAL} times; the server took {counted['mails'] - due:,} of relo's, {counted['doubles']} doubles")
    return ratio <= GOAL and counted == {"mails": due + queued, "doubles": 0}


def work() -> None:
    import select

    from relo.outbox import relay

    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.05)[0]:
        relay.drain("mail")


def planning(world: Any) -> bool:
    from django.db import connection

    from cases.models import Case
    from cases.services.reminding import plan_reminders

    ids = list(Case.objects.values_list("pk", flat=True))
    for case_id in ids:
        plan_reminders(case_id=case_id, actor=world.manager.actor)
    before, started = written(), time.perf_counter()
    for case_id in ids:
        plan_reminders(case_id=case_id, actor=world.manager.actor)
    seconds = time.perf_counter() - started
    connection.close()  # its counts are told when it ends
    count = written() - before
    print(f"planning {len(ids):,} cases again: {seconds:.1f} s, {count} rows written (goal: none)")
    return count == 0


def written() -> int:
    """Rows written to the tables of cases and outbox since the database was made."""
    from django.db import connection

    connection.close()
    time.sleep(1.5)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
            " WHERE relname LIKE 'cases_%' OR relname LIKE 'outbox_%'"
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    sys.exit(main())
