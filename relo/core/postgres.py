"""A PostgreSQL cursor whose statements carry the scope they run in, for the policies of the tables.

The scope goes along in the same message as the statement, as SET LOCAL. So it is gone with the transaction, whoever
gets the connection next, and nothing has to be kept in step when a savepoint is rolled back. A statement without a
scope sees no owned row. What would go past `execute` is refused here; cursors with a name are switched off in the
settings.
"""

from typing import Any, NoReturn, Self

from django.db import NotSupportedError
from django.db.backends.postgresql.base import CursorMixin
from psycopg import ClientCursor, sql
from psycopg.pq import TransactionStatus

from relo.core.scoping import scope_for_the_database


class ScopedCursor(CursorMixin, ClientCursor[Any]):
    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> Self:
        scope, status = scope_for_the_database(), self.connection.info.transaction_status
        # A failed transaction takes nothing but its rollback, which needs no scope.
        if status is TransactionStatus.INERROR or (status is TransactionStatus.IDLE and not scope):
            return super().execute(query, params, **kwargs)
        # Also without a scope: one that ended within this transaction has ended for the database too.
        prefix = f"SET LOCAL relo.agency = '{scope}'; "  # a UUID, a star, or nothing
        super().execute(prefix + query if isinstance(query, str) else sql.SQL(prefix) + query, params, **kwargs)
        self.nextset()
        return self

    def executemany(self, *_: Any, **__: Any) -> NoReturn:
        raise NotSupportedError("executemany carries no scope; execute one statement with many rows")

    def copy(self, *_: Any, **__: Any) -> NoReturn:
        raise NotSupportedError("COPY carries no scope")
