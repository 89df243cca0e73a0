"""Posts and their editions. On PostgreSQL a published edition cannot change through any door, not even plain SQL.

SQLite has no such trigger: it drops triggers whenever it remakes a table, and a wall that may silently be gone is none.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from relo.core.row_security import SecureRows, TieRows

CREATE = """
CREATE FUNCTION relo_refuse_change_of_published_post_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('published', 'retired') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN ('published', 'retired')
       AND (NEW.id, NEW.agency_id, NEW.post_id, NEW.route_code, NEW.edition, NEW.content::text, NEW.content_sha256,
            NEW.author, NEW.published_at, NEW.published_by)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.agency_id, OLD.post_id, OLD.route_code, OLD.edition, OLD.content::text, OLD.content_sha256,
            OLD.author, OLD.published_at, OLD.published_by)
       AND NOT (OLD.status = 'retired' AND NEW.status = 'published') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published edition of a post never changes; publish a new one' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER relo_published_post_editions_are_frozen BEFORE UPDATE OR DELETE ON cases_postedition
    FOR EACH ROW EXECUTE FUNCTION relo_refuse_change_of_published_post_edition();
"""
DROP = """
DROP TRIGGER relo_published_post_editions_are_frozen ON cases_postedition;
DROP FUNCTION relo_refuse_change_of_published_post_edition();
"""


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor"),
        ("cases", "0005_rule_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("consulate", "Consulate"), ("embassy", "Embassy"), ("visa_centre", "Visa centre")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                ("name_zh", models.CharField(max_length=120, verbose_name="name in Chinese")),
                ("country", models.CharField(max_length=3, verbose_name="country")),
                ("city", models.CharField(max_length=80, verbose_name="city")),
                ("time_zone", models.CharField(max_length=64, verbose_name="time zone")),
                ("serves", models.JSONField(blank=True, default=list, verbose_name="countries it serves")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "agency",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "consulate or visa centre",
                "verbose_name_plural": "consulates and visa centres",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PostEdition",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("route_code", models.CharField(max_length=20, verbose_name="route")),
                ("edition", models.CharField(max_length=40, verbose_name="edition")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("in_review", "In review"),
                            ("published", "Published"),
                            ("retired", "Retired"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("content", models.JSONField(help_text="Overlay of cases.routes.overlays")),
                ("content_sha256", models.CharField(max_length=64)),
                ("author", models.CharField(max_length=80)),
                ("submitted_by", models.CharField(blank=True, max_length=80)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("sent_back_reason", models.TextField(blank=True, verbose_name="why it was sent back")),
                ("published_by", models.CharField(blank=True, max_length=80, verbose_name="published by")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="editions", to="cases.post"
                    ),
                ),
            ],
            options={
                "verbose_name": "edition of a post",
                "verbose_name_plural": "editions of posts",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FreshnessWaiver",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("stage_entered_at", models.DateTimeField()),
                ("reason", models.TextField(verbose_name="reason")),
                ("waived_at", models.DateTimeField()),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="freshness_waivers", to="cases.case"
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "post_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.postedition"
                    ),
                ),
            ],
            options={
                "verbose_name": "waiver of the freshness of a post",
                "verbose_name_plural": "waivers of the freshness of posts",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="post_edition",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="cases.postedition",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("agency", "name_en"), name="post_name_once_per_agency"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["consulate", "embassy", "visa_centre"])), name="post_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("name_en", ""), _negated=True), models.Q(("name_zh", ""), _negated=True)),
                name="post_has_both_names",
            ),
        ),
        migrations.AddIndex(
            model_name="postedition",
            index=models.Index(
                models.F("post"),
                models.F("route_code"),
                models.OrderBy(models.F("published_at"), descending=True),
                name="post_edition_latest",
            ),
        ),
        migrations.AddConstraint(
            model_name="postedition",
            constraint=models.UniqueConstraint(
                fields=("agency", "post", "route_code", "edition"), name="post_edition_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="postedition",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "in_review", "published", "retired"])),
                name="post_edition_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="postedition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="post_edition_published_on",
            ),
        ),
        migrations.AddIndex(
            model_name="freshnesswaiver",
            index=models.Index(
                models.F("case"),
                models.OrderBy(models.F("waived_at"), descending=True),
                name="freshness_waiver_of_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="freshnesswaiver",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="freshness_waiver_has_a_reason"
            ),
        ),
        SecureRows("post"),
        SecureRows("postedition", ("post",)),
        TieRows("case", ("post_edition",)),
        SecureRows("freshnesswaiver", ("case", "post_edition")),
        migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP)),
    ]
