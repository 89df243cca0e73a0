"""The access log. On PostgreSQL its lines cannot be changed or removed one by one, not even in plain SQL; emptying the
whole table takes its owner, which relo's own role is not where MIGRATE_DATABASE_URL is set.

SQLite has no such trigger: it drops triggers whenever it remakes a table, and a wall that may silently be gone is none.
"""

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import SecureRows

CREATE = """
CREATE FUNCTION relo_refuse_change_of_access_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log only grows' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER relo_access_log_only_grows BEFORE UPDATE OR DELETE ON documents_documentaccess
    FOR EACH ROW EXECUTE FUNCTION relo_refuse_change_of_access_log();
"""
DROP = """
DROP TRIGGER relo_access_log_only_grows ON documents_documentaccess;
DROP FUNCTION relo_refuse_change_of_access_log();
"""


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("cases", "0003_rows_are_secured"),
        ("documents", "0002_rows_are_secured"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentAccess",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_ref", models.CharField(max_length=80)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("review", "To check it"),
                            ("view", "Looked at"),
                            ("download", "Downloaded"),
                            ("packet_build", "To build a packet"),
                            ("candidate", "The candidate's own download"),
                            ("api", "Fetched through the API"),
                        ],
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "agency",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "packet",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.packet"
                    ),
                ),
            ],
            options={
                "verbose_name": "access",
                "verbose_name_plural": "accesses",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        models.F("case"), models.OrderBy(models.F("id"), descending=True), name="access_of_case"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ["review", "view", "download", "packet_build", "candidate", "api"])
                        ),
                        name="access_purpose_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document__isnull", False), ("packet__isnull", False), _connector="OR"),
                        name="access_is_to_something",
                    ),
                ],
            },
        ),
        SecureRows("documentaccess", ("case", "document", "packet")),
        migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP)),
    ]
