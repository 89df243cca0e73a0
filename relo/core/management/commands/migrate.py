"""Django's migrate, run as the role that owns the tables; relo's own role may then use them, and owns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if not settings.DATABASE_OWNER:
            super().handle(*args, **options)
            return
        user = connection.settings_dict["USER"]
        with as_owner(connection):
            refuse_another_owner(connection, settings.DATABASE_OWNER["USER"])
            super().handle(*args, **options)
            if not options["plan"] and not options["check_unapplied"]:
                let_use(connection, user)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Inside, this connection speaks as the role of MIGRATE_DATABASE_URL."""
    usual = {name: connection.settings_dict[name] for name in settings.DATABASE_OWNER}
    connection.close()
    connection.settings_dict.update(settings.DATABASE_OWNER)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(usual)


def refuse_another_owner(connection: BaseDatabaseWrapper, owner: str) -> None:
    """An installation that began with one role: its tables must change hands before another role can migrate them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s", [owner])
        found = cursor.fetchone()
    if found is not None:
        name = connection.ops.quote_name
        raise CommandError(
            f"The tables belong to {found[0]}, not to {owner} of MIGRATE_DATABASE_URL. As a superuser, connected to"
            f" this database, run: REASSIGN OWNED BY {name(found[0])} TO {name(owner)};"
        )


def let_use(connection: BaseDatabaseWrapper, user: str) -> None:
    """Rows, yes; tables, policies and the list of migrations, no."""
    role = connection.ops.quote_name(user)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")
