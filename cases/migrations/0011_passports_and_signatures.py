"""Passports held before, and signatures that end when a case is put on other rules."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import relo.core.fields
from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0010_post_editions_change_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerPassport",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", relo.core.fields.EncryptedTextField(blank=True, default="", verbose_name="passport number")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="date of issue")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="date of expiry")),
                (
                    "authority",
                    relo.core.fields.EncryptedTextField(blank=True, default="", verbose_name="issuing authority"),
                ),
                ("replaced_on", models.DateField(verbose_name="replaced on")),
                ("noted_by", models.CharField(editable=False, max_length=80)),
                ("noted_at", models.DateTimeField(editable=False)),
            ],
            options={
                "verbose_name": "former passport",
                "verbose_name_plural": "former passports",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_once_per_visit_and_day",
        ),
        migrations.RemoveConstraint(
            model_name="signature",
            name="signature_once_per_visit_without_day",
        ),
        migrations.AddField(
            model_name="signature",
            name="ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("case", "stage_entered_at", "planned_hand_in"),
                name="signature_once_per_visit_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("planned_hand_in", None)),
                fields=("case", "stage_entered_at"),
                name="signature_once_per_visit_without_day",
            ),
        ),
        migrations.AddField(
            model_name="formerpassport",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="formerpassport",
            name="candidate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="former_passports", to="cases.candidate"
            ),
        ),
        migrations.AddIndex(
            model_name="formerpassport",
            index=models.Index(
                models.F("candidate"),
                models.OrderBy(models.F("noted_at"), descending=True),
                name="former_passport_of_candidate",
            ),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="is_asked",
            field=models.BooleanField(default=True),
        ),
        SecureRows("formerpassport", ("candidate",)),
    ]
