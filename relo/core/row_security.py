"""Row-level security on PostgreSQL: the wall below the managers. On SQLite these migrations do nothing.

`relo.agency` is set for each statement by relo.core.postgres: the agency in scope, a star for all of them, or nothing.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

IN_SCOPE = """CASE current_setting('relo.agency', true)
    WHEN '*' THEN true
    WHEN '' THEN false
    ELSE agency_id = current_setting('relo.agency', true)::uuid
END"""
SHARED = "agency_id IS NULL"


class PostgresOnly(Operation):
    """Statements about one model's table that only PostgreSQL understands."""

    reduces_to_sql = True
    reversible = True
    model_name: str

    def forwards(self, model: Any) -> list[str]:
        raise NotImplementedError

    def backwards(self, model: Any) -> list[str]:
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(schema_editor, to_state.apps.get_model(app_label, self.model_name), self.forwards)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self._run(schema_editor, from_state.apps.get_model(app_label, self.model_name), self.backwards)

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, model: Any, statements: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements(model):
                schema_editor.execute(statement)


class SecureRows(PostgresOnly):
    """The rows of an owned model: seen and written in their agency's scope only, and tied to rows of the same agency.

    `refers_to` names its foreign keys to owned models. Each becomes a composite key besides, so that no row can point
    into another agency, whoever writes it. `is_shared` is for the one model whose rows may belong to nobody.
    """

    def __init__(self, model_name: str, refers_to: tuple[str, ...] = (), *, is_shared: bool = False) -> None:
        self.model_name = model_name
        self.refers_to = refers_to
        self.is_shared = is_shared

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.model_name, self.refers_to], {"is_shared": self.is_shared})

    def describe(self) -> str:
        return f"Secure the rows of {self.model_name}"

    def forwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        made = [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY', f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY']
        seen = f"{SHARED} OR {IN_SCOPE}" if self.is_shared else IN_SCOPE
        made += [
            f'CREATE POLICY relo_read ON "{table}" FOR SELECT USING ({seen})',
            f'CREATE POLICY relo_add ON "{table}" FOR INSERT WITH CHECK ({IN_SCOPE})',
            f'CREATE POLICY relo_change ON "{table}" FOR UPDATE USING ({IN_SCOPE}) WITH CHECK ({IN_SCOPE})',
            f'CREATE POLICY relo_remove ON "{table}" FOR DELETE USING ({IN_SCOPE})',
        ]
        if not self.is_shared:
            made.append(f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_of_agency" UNIQUE (agency_id, id)')
        return [*made, *_ties(model, self.refers_to)]

    def backwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        undone = _untied(model, self.refers_to)
        if not self.is_shared:
            undone.append(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_of_agency"')
        policies = ("relo_read", "relo_add", "relo_change", "relo_remove")
        undone += [f'DROP POLICY {policy} ON "{table}"' for policy in policies]
        return [
            *undone,
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
        ]


class TieRows(PostgresOnly):
    """Foreign keys that came to a model whose rows are secured already: each becomes a composite key besides."""

    def __init__(self, model_name: str, refers_to: tuple[str, ...]) -> None:
        self.model_name = model_name
        self.refers_to = refers_to

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.model_name, self.refers_to], {})

    def describe(self) -> str:
        return f"Tie {', '.join(self.refers_to)} of {self.model_name} to the same agency"

    def forwards(self, model: Any) -> list[str]:
        return _ties(model, self.refers_to)

    def backwards(self, model: Any) -> list[str]:
        return _untied(model, self.refers_to)


def _ties(model: Any, names: tuple[str, ...]) -> list[str]:
    table = model._meta.db_table
    return [
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{_tie(table, field)}"'
        f' FOREIGN KEY (agency_id, "{field.column}")'
        f' REFERENCES "{field.related_model._meta.db_table}" (agency_id, id) DEFERRABLE INITIALLY DEFERRED'
        for field in map(model._meta.get_field, names)
    ]


def _untied(model: Any, names: tuple[str, ...]) -> list[str]:
    table = model._meta.db_table
    return [f'ALTER TABLE "{table}" DROP CONSTRAINT "{_tie(table, model._meta.get_field(name))}"' for name in names]


def _tie(table: str, field: Any) -> str:
    return f"{table}_{field.column}_same_agency"
