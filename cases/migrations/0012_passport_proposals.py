"""What a passport's data page says otherwise than the case, until a person decides on it."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import relo.core.fields
from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0011_passports_and_signatures"),
    ]

    operations = [
        migrations.CreateModel(
            name="PassportProposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("family_name", "Family name"),
                            ("given_names", "Given names"),
                            ("number", "Passport number"),
                            ("date_of_birth", "Date of birth"),
                            ("expires_on", "Expiry of the passport"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("told", relo.core.fields.EncryptedTextField(verbose_name="as in the passport")),
                (
                    "known",
                    relo.core.fields.EncryptedTextField(blank=True, verbose_name="as in the case when it was proposed"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Proposed"), ("accepted", "Taken over"), ("dismissed", "Left as it was")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_by", models.CharField(editable=False, max_length=80)),
                ("proposed_at", models.DateTimeField(editable=False)),
                ("decided_by", models.CharField(blank=True, editable=False, max_length=80)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="passport_proposals", to="cases.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed change",
                "verbose_name_plural": "proposed changes",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("case", "field"),
                        name="passport_proposal_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="passport_proposal_decided_has_a_time",
                    ),
                ],
            },
        ),
        SecureRows("passportproposal", ("case",)),
    ]
