"""What row-level security costs: the same calls to the API with it and without it, by turns, in one run.

    DATABASE_URL=… MIGRATE_DATABASE_URL=… make bench

Makes a database of its own beside the one named, fills it with two agencies, and drops it. Prints medians in
milliseconds and the ratio of their sums; only the ratio means anything on another machine.
"""

import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings.test")

CASES, ROUNDS, CALLS = 300, 12, 10
GOAL = 1.15


def main() -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from relo.core.management.commands.migrate import as_owner, let_use
    from tests.conftest import anna, make_world

    if not settings.DATABASE_OWNER:
        sys.exit("This needs PostgreSQL and two roles: set DATABASE_URL and MIGRATE_DATABASE_URL (see README).")
    setup_test_environment()
    usual, role = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    with as_owner(connection):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        let_use(connection, role)
    try:
        publish_routes()
        worlds = [make_world(code) for code in ("ARC", "BEL")]
        fill(worlds, anna)
        client = Client(headers={"Authorization": f"Bearer {worlds[0].token}"})
        [first] = client.get("/api/v1/cases/?page_size=1").json()["results"][:1]
        paths = {
            "list of cases": "/api/v1/cases/",
            "a case": f"/api/v1/cases/{first['id']}/",
            "its checklist": f"/api/v1/cases/{first['id']}/checklist/",
        }
        return compare({name: partial(client.get, path) for name, path in paths.items()})
    finally:
        with as_owner(connection):
            connection.creation.destroy_test_db(usual, verbosity=0)


def publish_routes() -> None:
    from django.core.management import call_command

    call_command("load_routes", verbosity=0, stdout=io.StringIO())


def fill(worlds: list[Any], anna: Callable[..., Any]) -> None:
    from cases.services.opening import open_case

    for world in worlds:
        with world.scope():
            for number in range(CASES):
                person = replace(anna(), email=f"person{number}@example.org")
                open_case(route_code="CN-K", candidate=person, actor=world.manager.actor)


def secure(*, on: bool) -> None:
    """With: policies, and statements that carry the scope. Without: neither."""
    from django.db import connection
    from django.db.backends.postgresql.base import Cursor

    from relo.core.checks import our_models
    from relo.core.management.commands.migrate import as_owner
    from relo.core.models import OwnedModel
    from relo.core.postgres import ScopedCursor

    with as_owner(connection), connection.cursor() as cursor:
        for model in our_models():
            if issubclass(model, OwnedModel):
                cursor.execute(
                    f'ALTER TABLE "{model._meta.db_table}" {"ENABLE" if on else "DISABLE"} ROW LEVEL SECURITY'
                )
    connection.settings_dict["OPTIONS"]["cursor_factory"] = ScopedCursor if on else Cursor
    connection.close()


def compare(calls: dict[str, Callable[[], Any]]) -> int:
    times: dict[tuple[str, bool], list[float]] = {(name, on): [] for name in calls for on in (True, False)}
    for number in range(ROUNDS):
        for on in (True, False) if number % 2 else (False, True):
            secure(on=on)
            for name, call in calls.items():
                assert call().status_code == 200  # and the connection is warm
                for _ in range(CALLS):
                    started = time.perf_counter()
                    call()
                    times[name, on].append((time.perf_counter() - started) * 1000)
    medians = {key: statistics.median(values) for key, values in times.items()}
    for name in calls:
        with_, without = medians[name, True], medians[name, False]
        print(f"{name:15} with {with_:7.2f} ms   without {without:7.2f} ms   ratio {with_ / without:.3f}")
    ratio = sum(medians[name, True] for name in calls) / sum(medians[name, False] for name in calls)
    print(f"{'all':15} ratio {ratio:.3f} (goal: at most {GOAL})")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
