"""System checks of the house: a field without a privacy tag stops the build, a role that no policy stops is named."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def our_models() -> list[Any]:
    """Every model of relo itself; those of Django and other packages are theirs to describe."""
    return [
        model for model in apps.get_models() if model.__module__.partition(".")[0] in ("relo", "cases", "documents")
    ]


def every_field_is_tagged(**_: Any) -> Iterable[CheckMessage]:
    from relo.core.models import unknown_tags, untagged_fields

    for field in untagged_fields(our_models()):
        yield Error(f"{field} has no privacy tag", hint="Add it to PRIVACY of its model.", id="relo.E001")
    for field in unknown_tags(our_models()):
        yield Error(f"PRIVACY tags {field}, which does not exist", hint="Remove the tag.", id="relo.E002")


def policies_hold(connection: BaseDatabaseWrapper) -> bool:
    """False where the role in use goes around row-level security: a superuser, or one that may bypass it."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def the_role_is_walled_in(databases: Sequence[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        if not policies_hold(connection):
            yield checks.Warning(
                "The role of DATABASE_URL goes around row-level security: agencies are kept apart by relo alone.",
                hint="Give relo a role without SUPERUSER and BYPASSRLS, and the tables to the role of"
                " MIGRATE_DATABASE_URL.",
                id="relo.W003",
            )
        elif not settings.DATABASE_OWNER:
            yield checks.Warning(
                "The role of DATABASE_URL owns the tables and could drop their policies.",
                hint="Set MIGRATE_DATABASE_URL to the role that shall own them, and run migrate: it says the rest.",
                id="relo.W004",
            )
