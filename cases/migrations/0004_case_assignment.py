import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("cases", "0003_rows_are_secured"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseAssignment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="cases.case"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(models.F("agency"), models.F("user"), models.F("case"), name="assignment_of_user")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "case", "user"), name="assignment_once_per_case")
                ],
            },
        ),
        SecureRows("caseassignment", ("case",)),
    ]
