"""What a rule change costs: 10,000 open cases looked at in batches of 500, and the K rules asked for one case.

    DATABASE_URL=… MIGRATE_DATABASE_URL=… python -m benchmarks.impact

Makes a database of its own beside the one named, fills it with one agency, and drops it. Cases are opened by the
services and then copied inside PostgreSQL. Ends with 1 when a goal is missed.
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings.test")

CASES, TEMPLATES, ROUNDS = 10_000, 20, 200
GOAL_SECONDS, GOAL_MIB, GOAL_CPU_MS = 60, 1024, 2.0


def main() -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    if not settings.DATABASE_OWNER:
        sys.exit("This needs PostgreSQL and two roles: set DATABASE_URL and MIGRATE_DATABASE_URL (see README).")
    setup_test_environment()
    with a_database():
        from benchmarks.row_security import publish_routes
        from tests.conftest import make_world

        publish_routes()
        world = make_world("ARC")
        with world.scope():
            fill(world)
            rules = rules_of_one_case()
            impact = impact_of_a_change(world)
    return 0 if rules and impact else 1


@contextmanager
def a_database() -> Iterator[None]:
    from django.db import connection

    from relo.core.management.commands.migrate import as_owner, let_use

    usual, role = connection.settings_dict["NAME"], connection.settings_dict["USER"]
    with as_owner(connection):
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        let_use(connection, role)
    try:
        yield
    finally:
        with as_owner(connection):
            connection.creation.destroy_test_db(usual, verbosity=0)


def fill(world: Any) -> None:
    """Some have a police record of one, two, … months, some were asked for one, some were not."""
    from cases.models import Case
    from cases.services.changing import change_case
    from cases.services.checklist import settle_item
    from cases.services.opening import open_case
    from relo.outbox import relay
    from tests.conftest import anna
    from tests.days import in_days

    actor = world.manager.actor
    for number in range(TEMPLATES):
        person = replace(anna(), email=f"person{number}@example.org")
        case = open_case(route_code="CN-K", candidate=person, actor=actor)
        asks = number % 4 != 0
        change_case(
            case_id=case.pk, actor=actor, planned_hand_in=in_days(20 + number), facts={"post": {"asks_police": asks}}
        )
        if asks and number % 2:
            settle_item(case_id=case.pk, code="police", actor=actor, issued_on=in_days(-15 * number))
    relay.drain("default")
    copy_cases(CASES // TEMPLATES - 1)
    print(f"{Case.objects.count():,} open cases with {items_each():.0f} items each")


def copy_cases(times: int) -> None:
    """Each row `times` times over; what it points to is copied alike."""
    from django.db import connection

    from cases.models import Candidate, Case, CaseEvent, ChecklistItem

    def of(column: str) -> str:
        return f"md5({column}::text || '-' || k)::uuid"

    copied: tuple[tuple[Any, dict[str, str]], ...] = (
        (Candidate, {"id": of("id"), "email": "k || email"}),
        (Case, {"id": of("id"), "candidate_id": of("candidate_id"), "reference": "reference || '-' || k"}),
        (ChecklistItem, {"id": of("id"), "case_id": of("case_id")}),
        (CaseEvent, {"case_id": of("case_id")}),
    )
    with connection.cursor() as cursor:
        for model, changed in copied:
            columns = [field.column for field in model._meta.concrete_fields]
            if model is CaseEvent:
                columns.remove("id")  # counted by the database
            names = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({names})'
                f' SELECT {values} FROM "{model._meta.db_table}" CROSS JOIN generate_series(1, {times}) AS k'
            )


def items_each() -> float:
    from cases.models import Case, ChecklistItem

    return ChecklistItem.objects.count() / Case.objects.count()


def rules_of_one_case() -> bool:
    """Every rule and every condition of the K route, of facts and a day that are known already."""
    from cases.applicability import applicable
    from cases.eligibility import findings
    from cases.models import Case
    from cases.packs import pack_of_case
    from cases.selectors import facts_of, hand_in_of

    case = Case.objects.select_related("candidate", "agency", "route_version").first()
    assert case is not None
    pack = pack_of_case(case)
    facts, on = facts_of(case), hand_in_of(case, pack).on
    taken = {}
    for name, asked in (("rules", findings), ("requirements", applicable)):
        asked(pack, facts, on)  # compiled once a process
        started = time.process_time()
        for _ in range(ROUNDS):
            asked(pack, facts, on)
        taken[name] = (time.process_time() - started) / ROUNDS * 1000
        count = len(getattr(pack, name))
        print(f"one case: {count} {name} in {taken[name]:.2f} ms of CPU")
    print(f"one case: rule set {taken['rules']:.2f} ms of CPU (goal: at most {GOAL_CPU_MS})")
    return taken["rules"] <= GOAL_CPU_MS


def impact_of_a_change(world: Any) -> bool:
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    from cases.models import CaseChange
    from cases.packs import pack_of
    from cases.services.impacting import BATCH, compute_impact
    from cases.services.publishing import publish_edition, send_to_review
    from tests.rule_steps import THREE_MONTHS, drafted, edited, editors_of

    editors = editors_of(world)
    version = edited(drafted(editors.first.actor), "requirements", "police", editors.first.actor, **THREE_MONTHS)
    version = edited(version, "rules", "K-AGE", editors.first.actor, severity="warns")
    send_to_review(version_id=version.pk, note="For the benchmark", actor=editors.first.actor)
    change = publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)
    assert change.route_version is not None
    pack_of(change.route_version)
    counts, started, cpu = [], time.perf_counter(), time.process_time()
    while change.computed_at is None:
        reset_queries()
        with CaptureQueriesContext(connection) as queries:
            compute_impact(change_id=str(change.pk), after=str(change.computed_up_to or ""))
        change.refresh_from_db()
        counts.append(len(queries))
        print(f"  {change.cases_done:,} of {change.cases_total:,}, {len(queries)} statements")
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    groups = CaseChange.objects.values("group_key").distinct().count()
    # The last batch is empty or short, and puts no message for a next one.
    whole = counts[: change.cases_done // BATCH]
    same = len(set(whole)) == 1
    print(
        f"impact on {change.cases_done:,} cases: {seconds:.1f} s, {cpu:.1f} s of CPU (goal: at most {GOAL_SECONDS} s)"
    )
    print(f"{groups} groups; {whole[0]} statements in each batch of {BATCH}: {'the same' if same else whole}")
    print(f"peak memory of the process {peak:.0f} MiB (goal: at most {GOAL_MIB})")
    return seconds <= GOAL_SECONDS and peak <= GOAL_MIB and same


if __name__ == "__main__":
    sys.exit(main())
