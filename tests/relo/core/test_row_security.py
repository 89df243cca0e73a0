"""The wall below the managers: plain SQL, with no WHERE, sees and writes the rows of the scope and no others."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import Error, IntegrityError, NotSupportedError, connection, transaction
from django.db.models import ForeignKey

from cases.models import Candidate, Case, RouteVersion
from cases.services.opening import open_case
from relo.core.checks import our_models
from relo.core.management.commands.migrate import refuse_another_owner
from relo.core.models import OwnedModel
from relo.core.scoping import agency_scope, system_scope
from relo.outbox import relay
from relo.outbox.service import put
from tests.conftest import World, anna

OWNED = [model for model in our_models() if issubclass(model, OwnedModel)]
TABLES = [model._meta.db_table for model in OWNED]
SHARED = RouteVersion._meta.db_table


def rows(statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def agencies_seen() -> set[UUID]:
    """Whose cases a query that forgot its filter brings."""
    return {agency for (agency,) in rows("SELECT agency_id FROM cases_case")}


@pytest.fixture
def two(world: World, other_world: World) -> tuple[World, World]:
    """Two agencies with a case each."""
    for each in (world, other_world):
        with each.scope():
            open_case(route_code="CN-K", candidate=anna(), actor=each.manager.actor)
    return world, other_world


# --- what the tables look like


@pytest.mark.parametrize("table", TABLES)
def test_every_owned_table_is_behind_the_wall(db, table):
    """Cure: add SecureRows(…) of relo.core.row_security to the migration that makes the table."""
    [flags] = rows("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table])
    commands = {command for (command,) in rows("SELECT cmd FROM pg_policies WHERE tablename = %s", [table])}

    assert flags == (True, True) and commands == {"SELECT", "INSERT", "UPDATE", "DELETE"}


TIES = [
    (model._meta.db_table, field.column)
    for model in OWNED
    for field in model._meta.get_fields()
    if isinstance(field, ForeignKey) and field.related_model in OWNED and field.related_model is not RouteVersion
]


@pytest.mark.parametrize(("table", "column"), TIES)
def test_every_key_between_owned_tables_names_the_agency_too(db, table, column):
    """Cure: name the foreign key in SecureRows(…) of the migration that makes it."""
    keys = rows(
        "SELECT ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey))"
        " FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )

    assert {"agency_id", column} in [set(names) for (names,) in keys]


def test_relo_works_as_a_role_that_cannot_go_around_the_policies(db):
    [role] = rows("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")

    assert role == (False, False)


def test_relo_works_as_a_role_that_owns_nothing(db):
    if not settings.DATABASE_OWNER and rows("SELECT current_user = session_user")[0][0]:
        pytest.skip("DATABASE_URL names the owner of the tables; set MIGRATE_DATABASE_URL as well")

    assert rows("SELECT relname FROM pg_class WHERE relowner = current_user::regrole") == []
    for statement in (
        "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY",
        "DROP POLICY relo_read ON cases_case",
        "CREATE TABLE here (id int)",
        "DELETE FROM django_migrations",
    ):
        with pytest.raises(Error), transaction.atomic():
            rows(statement)


def test_migrate_says_how_tables_change_hands(db):
    [(owner,)] = rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")

    refuse_another_owner(connection, owner)
    with pytest.raises(CommandError, match=f'REASSIGN OWNED BY "{owner}" TO "somebody_new";'):
        refuse_another_owner(connection, "somebody_new")


# --- reading


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", TABLES)
def test_a_connection_without_a_scope_sees_no_row(two, table):
    values = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {name: values[key] for name, key in names.items() if values[key]}
    role = values["OPTIONS"].get("assume_role")
    with psycopg.connect(**found) as raw:
        if role:
            raw.execute(f"SET ROLE {role}")
        owned_by_somebody = raw.execute(f"SELECT count(*) FROM {table} WHERE agency_id IS NOT NULL").fetchone()
        shared = raw.execute(f"SELECT count(*) FROM {table} WHERE agency_id IS NULL").fetchone()

    assert owned_by_somebody == (0,) and (shared != (0,)) == (table == SHARED)


@pytest.mark.parametrize("table", TABLES)
def test_a_query_that_forgot_its_filter_brings_the_rows_of_the_scope_only(two, table):
    one, other = two
    with system_scope("tests look at every agency"):
        everybody = {agency for (agency,) in rows(f"SELECT agency_id FROM {table}")}
    with one.scope():
        ours = {agency for (agency,) in rows(f"SELECT agency_id FROM {table}")}

    assert everybody <= {one.agency.pk, other.agency.pk, None}
    assert ours == everybody - {other.agency.pk}


def test_the_scope_ends_with_the_block_also_within_one_transaction(two):
    one, other = two
    with transaction.atomic():
        with one.scope():
            assert agencies_seen() == {one.agency.pk}
            with other.scope():
                assert agencies_seen() == {other.agency.pk}
            assert agencies_seen() == {one.agency.pk}
        assert agencies_seen() == set()


def test_a_savepoint_that_is_rolled_back_changes_no_scope(two):
    one, other = two
    with one.scope():
        with pytest.raises(Error), transaction.atomic(), other.scope():
            rows("SELECT 1 / count(*) FROM cases_case WHERE false")
        assert agencies_seen() == {one.agency.pk}
    assert agencies_seen() == set()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_scope_is_left_on_a_connection_that_lives_on(two):
    one, _other = two
    for act in (agencies_seen, transaction.atomic(agencies_seen)):
        with one.scope():
            assert act() == {one.agency.pk}
        assert rows("SELECT current_setting('relo.agency', true)") == [("",)]
        assert agencies_seen() == set()
    with one.scope(), pytest.raises(Error):
        rows("SELECT 1 / 0")
    assert agencies_seen() == set()


def test_what_would_go_past_the_scope_is_refused(two):
    one, _other = two
    with one.scope(), connection.cursor() as cursor:
        with pytest.raises(NotSupportedError), transaction.atomic():
            cursor.executemany("UPDATE cases_case SET external_ref = %s", [["X"], ["Y"]])
        with pytest.raises(NotSupportedError), transaction.atomic():
            cursor.copy("COPY cases_case TO STDOUT")


def test_reading_in_chunks_keeps_the_scope(two):
    one, _other = two
    with one.scope():
        assert [case.agency_id for case in Case.objects.iterator(chunk_size=1)] == [one.agency.pk]


# --- writing


def test_rows_of_another_agency_are_neither_changed_nor_removed(two):
    one, other = two
    with one.scope(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET external_ref = 'taken'")
        assert cursor.rowcount == 1
        cursor.execute("DELETE FROM cases_referencecounter")
        assert cursor.rowcount == 1
    with other.scope():
        assert rows("SELECT external_ref FROM cases_case") == [("",)]
        assert rows("SELECT count(*) FROM cases_referencecounter") == [(1,)]


def test_no_row_is_written_for_another_agency_or_handed_to_it(two):
    one, other = two
    copy = "INSERT INTO cases_referencecounter (id, agency_id, year, last) VALUES (gen_random_uuid(), %s, 1999, 0)"
    with one.scope():
        for statement, parameters in (
            (copy, [other.agency.pk]),
            ("UPDATE cases_referencecounter SET agency_id = %s", [other.agency.pk]),
        ):
            with pytest.raises(Error, match="row-level security"), transaction.atomic():
                rows(statement, parameters)


def test_a_shared_row_is_read_by_all_and_changed_by_none(two):
    one, _other = two
    with one.scope(), connection.cursor() as cursor:
        assert RouteVersion.objects.exists()
        cursor.execute("UPDATE cases_routeversion SET status = 'retired'")
        assert cursor.rowcount == 0


def test_a_case_cannot_point_to_a_candidate_of_another_agency_whoever_writes_it(two):
    one, other = two
    with other.scope():
        foreign = Candidate.objects.get().pk
    with system_scope("tests look at every agency"), pytest.raises(IntegrityError), transaction.atomic():
        rows(
            "SET CONSTRAINTS ALL IMMEDIATE; UPDATE cases_case SET candidate_id = %s WHERE agency_id = %s",
            [foreign, one.agency.pk],
        )


# --- workers

SEEN: list[set[UUID]] = []


def look(**_payload: object) -> None:
    SEEN.append(agencies_seen())


@pytest.fixture
def looking(settings) -> None:
    SEEN.clear()
    settings.OUTBOX_HANDLERS = {"look": ("default", f"{__name__}.look")}


def test_a_worker_keeps_nothing_of_the_agency_it_worked_for_before(two, looking):
    for number, each in enumerate((*two, *two)):
        with agency_scope(each.agency.pk), transaction.atomic():
            put(handler="look", key=str(number), payload={})

    assert relay.drain("default") == 4
    # Agencies take turns, so only how often each was seen alone is sure.
    assert sorted(SEEN, key=str) == sorted(({each.agency.pk} for each in (*two, *two)), key=str)
    assert agencies_seen() == set()
