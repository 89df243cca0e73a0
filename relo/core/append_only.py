"""Logs that only grow: for the application by their manager, on PostgreSQL by a trigger besides.

SQLite has no such trigger: it drops triggers whenever it remakes a table, and a wall that may silently be gone is none.
Emptying a whole table takes its owner, which relo's own role is not where MIGRATE_DATABASE_URL is set.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from relo.core.models import OwnedModel, Privacy, privacy
from relo.core.row_security import PostgresOnly
from relo.core.scoping import OwnedQuerySet


class NeverChanged(RuntimeError):
    """A line of a log was about to be changed or removed. Always a bug."""


class AppendOnlyQuerySet(OwnedQuerySet[Any]):
    def _to_write(self) -> NoReturn:
        raise NeverChanged("this log only grows")


class LogLine(OwnedModel):
    """Who, when; what besides says the log."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="actor_kind actor_ref at")

    # Counted, not random: the newest is the highest, and a page goes on below the last one seen.
    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=80)
    at = models.DateTimeField(_("at"))

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta(OwnedModel.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverChanged("this log only grows")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise NeverChanged("this log only grows")


class OnlyGrows(PostgresOnly):
    """No line is changed, and none is removed before it is `days` old; without `days`, none is ever."""

    def __init__(self, model_name: str, *, days: int | None = None) -> None:
        self.model_name = model_name
        self.days = days

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.model_name], {"days": self.days})

    def describe(self) -> str:
        return f"Let {self.model_name} only grow"

    def forwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        is_old = f"""OLD."at" < now() - interval '{self.days:d} days'""" if self.days is not None else "false"
        return [
            f"""
            CREATE FUNCTION "{table}_only_grows"() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' AND {is_old} THEN RETURN OLD; END IF;
                RAISE EXCEPTION 'this log only grows' USING ERRCODE = '23514';
            END $$""",
            f'CREATE TRIGGER "{table}_only_grows" BEFORE UPDATE OR DELETE ON "{table}"'
            f' FOR EACH ROW EXECUTE FUNCTION "{table}_only_grows"()',
        ]

    def backwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        return [f'DROP TRIGGER "{table}_only_grows" ON "{table}"', f'DROP FUNCTION "{table}_only_grows"()']
