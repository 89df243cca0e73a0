"""On PostgreSQL the tests run as relo does: as a role that owns nothing and cannot bypass the tables' policies."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from django.conf import settings
from django.db import connection

from relo.core.management.commands.migrate import as_owner, let_use

TESTS_ROLE = "relo_tests"


@pytest.fixture(scope="session")
def _owner_makes_the_database() -> Iterator[None]:
    """Around making the test database and dropping it."""
    with as_owner(connection) if settings.DATABASE_OWNER else nullcontext():
        yield


@pytest.fixture(scope="session")
def django_db_setup(_owner_makes_the_database, django_db_setup, django_db_blocker) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with django_db_blocker.unblock():
        before = connection.settings_dict.copy()
        options = dict(before["OPTIONS"])
        role = _role_of_the_application()
        if role:
            let_use(connection, role)
            with connection.cursor() as cursor:  # how Django empties the tables after a test with real transactions
                cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{role}"')
            connection.close()
            if settings.DATABASE_OWNER:
                connection.settings_dict.update(USER=role, PASSWORD=settings.ENVIRONMENT.database["PASSWORD"])
            else:
                connection.settings_dict["OPTIONS"] = {**options, "assume_role": role}
    yield
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({name: before[name] for name in ("USER", "PASSWORD", "OPTIONS")})


def _role_of_the_application() -> str:
    """That of DATABASE_URL where another owns the tables; a plain one of our own in place of a superuser; else none."""
    if settings.DATABASE_OWNER:
        return str(settings.ENVIRONMENT.database["USER"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return ""
        # Two workers of the suite may come at once.
        cursor.execute(
            f"DO $$ BEGIN CREATE ROLE {TESTS_ROLE}; EXCEPTION WHEN unique_violation OR duplicate_object THEN END $$"
        )
    return TESTS_ROLE
