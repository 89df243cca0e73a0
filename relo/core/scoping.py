"""Tenancy fails closed: without a scope, a query of an owned model raises when it runs.

Building a queryset is free, since forms, filters and viewsets build them at import, when no agency can be in scope.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

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


class OwnedQuerySet(models.QuerySet[M]):
    """Rows of the agency in scope."""

    def _rows_in_scope(self, agency_id: UUID) -> Q:
        return Q(agency_id=agency_id)

    def _bind_to_scope(self) -> None:
        scope = current_scope()
        bound_to: Scope | None = getattr(self.query, "relo_scope", None)
        if bound_to == scope:
            return
        if bound_to is not None:
            raise ScopeMissing("this queryset was bound to another agency's scope")
        if scope.agency_id is not None:
            if self.query.combinator:
                raise ScopeMissing("union and its like are not scoped; ask in one query")
            # add_q, since filter() refuses a sliced query; WHERE comes before LIMIT in the statement all the same.
            self.query.add_q(self._rows_in_scope(scope.agency_id))
        self.query.relo_scope = scope  # type: ignore[attr-defined]  # travels with query.clone()

    def _bound(self) -> Self:
        bound: Self = self._chain()  # type: ignore[attr-defined]
        bound._bind_to_scope()
        return bound

    # Everything that runs a statement goes through one of these.
    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._bind_to_scope()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._bind_to_scope()
        return super().iterator(chunk_size)

    def count(self) -> int:
        if self._result_cache is None:
            self._bind_to_scope()
        return super().count()

    def exists(self) -> bool:
        if self._result_cache is None:
            self._bind_to_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._bind_to_scope()
        return super().aggregate(*args, **kwargs)

    def explain(self, *, format: str | None = None, **options: Any) -> str:  # noqa: A002
        self._bind_to_scope()
        return super().explain(format=format, **options)

    def update(self, **kwargs: Any) -> int:
        self._bind_to_scope()
        self._refuse_a_change_of_owner(kwargs)
        return super().update(**kwargs)

    def _update(self, values: Any) -> int:
        self._bind_to_scope()
        updated: int = super()._update(values)  # type: ignore[misc]
        return updated

    def delete(self) -> tuple[int, dict[str, int]]:
        self._bind_to_scope()
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        self._bind_to_scope()
        deleted: int = super()._raw_delete(using)
        return deleted

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """As a subquery: bound when the outer query is built, since nothing of ours runs after that."""
        return super(OwnedQuerySet, self._bound()).resolve_expression(*args, **kwargs)

    def _insert(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            stamp_owner(row)
        return super()._insert(rows, *args, **kwargs)  # type: ignore[misc]

    @staticmethod
    def _refuse_a_change_of_owner(values: dict[str, Any]) -> None:
        if {"agency", "agency_id"} & values.keys():
            raise ForeignRow("a row never changes its agency")


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


class SharedOrOwnedQuerySet(OwnedQuerySet[M]):
    """Rows of the agency in scope and those that belong to none (shipped route versions)."""

    def _rows_in_scope(self, agency_id: UUID) -> Q:
        return Q(agency_id=agency_id) | Q(agency_id=None)


OwnedManager = models.Manager.from_queryset(OwnedQuerySet)
SharedOrOwnedManager = models.Manager.from_queryset(SharedOrOwnedQuerySet)
