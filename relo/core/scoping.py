"""Tenancy fails closed: without a scope, a query of an owned model raises when it runs.

Building a queryset is free, since forms, filters and viewsets build them at import, when no agency can be in scope.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar, cast
from uuid import UUID

from django.db import models
from django.db.models import sql
from django.db.models.fields.related_lookups import RelatedExact, RelatedIsNull
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import AND, OR, WhereNode

M = TypeVar("M", bound=models.Model)


class ScopeMissing(RuntimeError):
    """An owned table was read or written with no agency in scope. Always a bug."""


class ForeignRow(RuntimeError):
    """A row of another agency was about to be written. Always a bug."""


@dataclass(frozen=True, slots=True)
class Scope:
    agency_id: UUID | None  # None: every agency, for a written reason
    reason: str = ""


_scope: ContextVar[Scope | None] = ContextVar("relo_scope", default=None)


def current_scope() -> Scope:
    scope = _scope.get()
    if scope is None:
        raise ScopeMissing("no agency in scope: open agency_scope(...) around this query")
    return scope


def scope_for_the_database() -> str:
    """For the policies of PostgreSQL's tables: the agency in scope, a star for all, nothing without a scope."""
    scope = _scope.get()
    if scope is None:
        return ""
    return str(scope.agency_id) if scope.agency_id else "*"


def scoped_agency_id() -> UUID:
    """The agency in scope; raises where there is none, or all."""
    agency_id = current_scope().agency_id
    if agency_id is None:
        raise ScopeMissing("this needs one agency in scope, not all of them")
    return agency_id


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


def agency_scope(agency_id: UUID) -> AbstractContextManager[None]:
    """Everything inside sees the rows of this agency and no others."""
    return _entered(Scope(agency_id))


def system_scope(reason: str) -> AbstractContextManager[None]:
    """The one other door: every agency's rows, for a reason that stands in the code (each use is listed in a test)."""
    if not reason:
        raise ValueError("system_scope() needs a reason")
    return _entered(Scope(None, reason))


class OwnedQuery(sql.Query):
    """Narrowed to the agency in scope whenever it becomes SQL: by itself, as a subquery, or as a part of a union."""

    with_shared = False

    def get_compiler(self, using: str | None = None, connection: Any = None, elide_empty: bool = True) -> SQLCompiler:
        scope = current_scope()
        query = self if scope.agency_id is None or self.combinator else self.narrowed(scope.agency_id)
        compiler: SQLCompiler = super(OwnedQuery, query).get_compiler(using, connection, elide_empty)
        return compiler

    def narrowed(self, agency_id: UUID, *, with_shared: bool | None = None) -> Self:
        """By the column itself: add_q() would take an annotation of the same name for it."""
        query: Self = self.clone()  # type: ignore[assignment]
        agency: Any = cast(type[models.Model], query.model)._meta.get_field("agency")
        column = agency.get_col(query.get_initial_alias())
        rows: list[Any] = [RelatedExact(column, agency_id)]
        if self.with_shared if with_shared is None else with_shared:
            rows.append(RelatedIsNull(column, True))
        query.where.add(WhereNode(rows, OR), AND)
        return query


class SharedOrOwnedQuery(OwnedQuery):
    with_shared = True


class OwnedQuerySet(models.QuerySet[M]):
    """Rows of the agency in scope."""

    query_class: ClassVar[type[OwnedQuery]] = OwnedQuery
    _read_in: Scope | None = None

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or self.query_class(model), using, hints)

    def _fetch_all(self) -> None:
        """What was read in one agency's scope is not shown in another's."""
        scope = current_scope() if self._result_cache is None else _scope.get()
        if self._result_cache is None:
            self._read_in = scope
        elif scope and self._read_in and scope.agency_id != self._read_in.agency_id:
            raise ScopeMissing("this queryset was read in another scope")
        super()._fetch_all()

    def _to_write(self) -> Self:
        """Own rows only: a shared row belongs to no agency and is changed by the system."""
        scope = current_scope()
        bound: Self = self._chain()  # type: ignore[attr-defined]
        if scope.agency_id is not None and not bound.query.is_empty():
            bound.query = cast(OwnedQuery, bound.query).narrowed(scope.agency_id, with_shared=False)
        return bound

    # Updates and deletes compile another kind of query, so they are narrowed before.
    def update(self, **kwargs: Any) -> int:
        if {"agency", "agency_id"} & kwargs.keys():
            raise ForeignRow("a row never changes its agency")
        return super(OwnedQuerySet, self._to_write()).update(**kwargs)

    def _update(self, values: Any) -> int:
        scope = current_scope()
        for field, _model, value in values:
            if field.name == "agency" and scope.agency_id not in (None, value):
                raise ForeignRow("a row never changes its agency")
        updated: int = super(OwnedQuerySet, self._to_write())._update(values)  # type: ignore[misc]
        return updated

    def delete(self) -> tuple[int, dict[str, int]]:
        return super(OwnedQuerySet, self._to_write()).delete()

    def _raw_delete(self, using: str | None) -> int:
        deleted: int = super(OwnedQuerySet, self._to_write())._raw_delete(using)
        return deleted

    # An override loses what Django wrote on the original: not for templates, not on a manager.
    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise ScopeMissing("raw SQL is not scoped")

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        if kwargs.get("update_conflicts"):
            raise ForeignRow("an upsert could write into a row of another agency")
        return super().bulk_create(objs, *args, **kwargs)

    def _insert(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            stamp_owner(row)
        return super()._insert(rows, *args, **kwargs)  # type: ignore[misc]


def stamp_owner(row: models.Model) -> None:
    """Give a new row the agency in scope; refuse one that carries another."""
    scope = current_scope()
    owner: UUID | None = getattr(row, "agency_id", None)
    if scope.agency_id is None:
        return
    if owner is None:
        row.agency_id = scope.agency_id  # type: ignore[attr-defined]
    elif owner != scope.agency_id:
        raise ForeignRow(f"a {row._meta.label} of another agency was about to be written")


def refuse_foreign(row: models.Model) -> None:
    scope = current_scope()
    if scope.agency_id is not None and getattr(row, "agency_id", None) != scope.agency_id:
        raise ForeignRow(f"a {row._meta.label} of another agency was about to be deleted")


class SharedOrOwnedQuerySet(OwnedQuerySet[M]):
    """Rows of the agency in scope and those that belong to none (shipped route versions)."""

    query_class = SharedOrOwnedQuery


OwnedManager = models.Manager.from_queryset(OwnedQuerySet)
SharedOrOwnedManager = models.Manager.from_queryset(SharedOrOwnedQuerySet)
