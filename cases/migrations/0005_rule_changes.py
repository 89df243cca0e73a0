"""Editions with authors, rule changes and what was decided on them. A published version is frozen in every column."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import SecureRows

# The whole row but its status: columns that later migrations add are frozen as well.
FREEZE = """
CREATE OR REPLACE FUNCTION relo_refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('published', 'retired') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN ('published', 'retired')
       AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status'
       AND NOT (OLD.status = 'retired' AND NEW.status = 'published') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published route version never changes; publish a new edition' USING ERRCODE = '23514';
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION relo_refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('published', 'retired') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN ('published', 'retired')
       AND (NEW.id, NEW.code, NEW.edition, NEW.content::text, NEW.content_sha256, NEW.published_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.code, OLD.edition, OLD.content::text, OLD.content_sha256, OLD.published_at)
       AND NEW.agency_id IS NOT DISTINCT FROM OLD.agency_id
       AND NOT (OLD.status = 'retired' AND NEW.status = 'published') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published route version never changes; publish a new edition' USING ERRCODE = '23514';
END $$;
"""
# SecureRows ties what is new; a mail is not.
TIE = """
ALTER TABLE cases_mail ADD CONSTRAINT cases_mail_change_message_id_same_agency
    FOREIGN KEY (agency_id, change_message_id) REFERENCES cases_changemessage (agency_id, id)
    DEFERRABLE INITIALLY DEFERRED
"""
UNTIE = "ALTER TABLE cases_mail DROP CONSTRAINT cases_mail_change_message_id_same_agency"


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor"),
        ("cases", "0004_case_assignment"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("effects", models.JSONField(default=list)),
                ("group_key", models.CharField(max_length=16)),
                ("is_blocked", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To decide"),
                            ("migrated", "On the new rules"),
                            ("kept", "Kept on the old rules"),
                            ("later", "To decide later"),
                            ("overtaken", "Overtaken by newer rules"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("computed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rule change of a case",
                "verbose_name_plural": "rule changes of cases",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ChangeDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("group_key", models.CharField(max_length=16)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("migrate", "Put on the new rules"),
                            ("keep", "Keep on the old rules until a day"),
                            ("later", "Decide later"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("keep_until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("decided_by", models.CharField(max_length=80)),
                ("decided_at", models.DateTimeField()),
                ("cases_done", models.PositiveIntegerField(default=0)),
                ("cases_refused", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "decision on a rule change",
                "verbose_name_plural": "decisions on rule changes",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ChangeMessage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("group_key", models.CharField(max_length=16)),
                ("text_en", models.TextField()),
                ("text_zh", models.TextField()),
                ("sent_by", models.CharField(max_length=80)),
                ("sent_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "message about a rule change",
                "verbose_name_plural": "messages about rule changes",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="EditionEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("actor", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("part", models.CharField(blank=True, max_length=120)),
                ("note", models.TextField(blank=True, verbose_name="note")),
            ],
            options={
                "verbose_name": "event of an edition",
                "verbose_name_plural": "events of an edition",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="RuleChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField(verbose_name="published")),
                ("cases_total", models.PositiveIntegerField(default=0)),
                ("cases_done", models.PositiveIntegerField(default=0)),
                ("computed_up_to", models.UUIDField(blank=True, null=True)),
                ("computed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "rule change",
                "verbose_name_plural": "rule changes",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_kind_is_known",
        ),
        migrations.AddField(
            model_name="case",
            name="former_requirements",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="routeversion",
            name="based_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.routeversion",
            ),
        ),
        migrations.AddField(
            model_name="routeversion",
            name="edited_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="routeversion",
            name="edited_by",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="routeversion",
            name="written_by",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(
                choices=[("reminder", "Reminder"), ("decision", "Decision"), ("change", "Change of rules")],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="routeversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "in_review"])),
                fields=("agency", "code"),
                name="route_one_draft_per_agency",
            ),
        ),
        migrations.AddField(
            model_name="casechange",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="casechange",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rule_changes", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="casechange",
            name="from_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.routeversion"
            ),
        ),
        migrations.AddField(
            model_name="changedecision",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="changedecision",
            name="case",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="casechange",
            name="decision",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.changedecision",
            ),
        ),
        migrations.AddField(
            model_name="changemessage",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="change_message",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mails",
                to="cases.changemessage",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(fields=("case", "change_message"), name="mail_of_message_once"),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reminder", "decision", "change"])), name="mail_kind_is_known"
            ),
        ),
        migrations.AddField(
            model_name="editionevent",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="editionevent",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.routeversion"
            ),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="route_version",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.routeversion"
            ),
        ),
        migrations.AddField(
            model_name="changemessage",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="cases.rulechange"
            ),
        ),
        migrations.AddField(
            model_name="changedecision",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="cases.rulechange"
            ),
        ),
        migrations.AddField(
            model_name="casechange",
            name="change",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="case_changes", to="cases.rulechange"
            ),
        ),
        migrations.AddIndex(
            model_name="editionevent",
            index=models.Index(
                models.F("version"), models.OrderBy(models.F("id"), descending=True), name="event_of_edition"
            ),
        ),
        migrations.AddIndex(
            model_name="rulechange",
            index=models.Index(
                models.F("agency"), models.OrderBy(models.F("made_at"), descending=True), name="change_list"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.UniqueConstraint(fields=("agency", "route_version"), name="change_once_per_version"),
        ),
        migrations.AddIndex(
            model_name="changemessage",
            index=models.Index(models.F("change"), models.F("sent_at"), name="message_of_change"),
        ),
        migrations.AddIndex(
            model_name="changedecision",
            index=models.Index(models.F("change"), models.F("decided_at"), name="decision_of_change"),
        ),
        migrations.AddConstraint(
            model_name="changedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice__in", ["migrate", "keep", "later"])), name="change_decision_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="changedecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "keep"), _negated=True),
                    models.Q(models.Q(("reason", ""), _negated=True), ("keep_until__isnull", False)),
                    _connector="OR",
                ),
                name="change_kept_has_a_reason_and_a_day",
            ),
        ),
        migrations.AddIndex(
            model_name="casechange",
            index=models.Index(models.F("change"), models.F("group_key"), models.F("id"), name="case_change_group"),
        ),
        migrations.AddIndex(
            model_name="casechange",
            index=models.Index(
                models.F("agency"),
                models.F("change"),
                condition=models.Q(("state__in", ["open", "later", "kept"])),
                name="case_change_to_decide",
            ),
        ),
        migrations.AddConstraint(
            model_name="casechange",
            constraint=models.UniqueConstraint(fields=("change", "case"), name="change_once_per_case"),
        ),
        migrations.AddConstraint(
            model_name="casechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "migrated", "kept", "later", "overtaken"])),
                name="case_change_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="casechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "overtaken"]), ("decision__isnull", False), _connector="OR"),
                name="case_change_decided_has_a_decision",
            ),
        ),
        SecureRows("editionevent"),
        SecureRows("rulechange"),
        SecureRows("changedecision", ("change", "case")),
        SecureRows("casechange", ("change", "case", "decision")),
        SecureRows("changemessage", ("change",)),
        migrations.RunPython(on_postgresql(TIE), on_postgresql(UNTIE)),
        migrations.RunPython(on_postgresql(FREEZE), on_postgresql(AS_BEFORE)),
    ]
