"""Reminders may be paused by the staff, slowed down by the candidate, and stop where an address fails."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import relo.core.fields
from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0012_passport_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReminderPause",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("rule", models.CharField(blank=True, max_length=20, verbose_name="rule")),
                ("reason", relo.core.fields.EncryptedTextField(max_length=2000, verbose_name="reason")),
                ("until", models.DateField(blank=True, null=True, verbose_name="until")),
                ("made_by", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("ended_by", models.CharField(blank=True, max_length=80)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "pause of reminders",
                "verbose_name_plural": "pauses of reminders",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_skipped_has_a_reason",
        ),
        migrations.AddField(
            model_name="candidate",
            name="address_failed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="candidate",
            name="reminder_pace",
            field=models.CharField(
                choices=[
                    ("daily", "When something is due, once a day at most"),
                    ("weekly", "Once a week at most"),
                    ("off", "No reminders by e-mail"),
                ],
                default="daily",
                max_length=10,
                verbose_name="reminders by e-mail",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="skip_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("case_closed", "The case is closed"),
                    ("on_hold", "The case is on hold"),
                    ("item_done", "Already handed in or settled"),
                    ("no_longer_applies", "A date or fact changed"),
                    ("paused", "Reminders are paused"),
                    ("stopped", "The candidate wants no reminders by e-mail"),
                    ("address_failed", "The e-mail address does not work"),
                    ("capped", "Reminded of six times: now for the staff to settle"),
                    ("overtaken", "A later reminder of the same thing was due as well"),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(("reminder_pace__in", ["daily", "weekly", "off"])),
                name="candidate_reminder_pace_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "skipped"),
                        (
                            "skip_reason__in",
                            [
                                "case_closed",
                                "on_hold",
                                "item_done",
                                "no_longer_applies",
                                "paused",
                                "stopped",
                                "address_failed",
                                "capped",
                                "overtaken",
                            ],
                        ),
                    ),
                    models.Q(models.Q(("state", "skipped"), _negated=True), ("skip_reason", "")),
                    _connector="OR",
                ),
                name="reminder_skipped_has_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="reminderpause",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="reminderpause",
            name="candidate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminder_pauses",
                to="cases.candidate",
            ),
        ),
        migrations.AddField(
            model_name="reminderpause",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminder_pauses",
                to="cases.case",
            ),
        ),
        migrations.AddIndex(
            model_name="reminderpause",
            index=models.Index(
                models.F("agency"), models.F("rule"), condition=models.Q(("ended_at", None)), name="pause_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case__isnull", False), ("ended_at", None)),
                fields=("case", "rule"),
                name="pause_of_case_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("candidate__isnull", False), ("ended_at", None)),
                fields=("candidate",),
                name="pause_of_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("candidate", None), ("case", None), ("ended_at", None)),
                fields=("agency", "rule"),
                name="pause_of_rule_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.CheckConstraint(
                condition=models.Q(("candidate", None), models.Q(("case", None), ("rule", "")), _connector="OR"),
                name="pause_of_a_person_names_nothing_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("candidate__isnull", False),
                    ("case__isnull", False),
                    models.Q(("rule", ""), _negated=True),
                    _connector="OR",
                ),
                name="pause_is_about_something",
            ),
        ),
        SecureRows("reminderpause", ("case", "candidate")),
    ]
