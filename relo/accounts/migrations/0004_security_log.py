"""The security log, and a table in which the sign-in counts. A line may be removed when it is 400 days old."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from relo.core.append_only import OnlyGrows
from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("asked", models.PositiveSmallIntegerField(default=0)),
                ("since", models.DateTimeField()),
            ],
            options={
                "verbose_name": "count at the staff's sign-in",
                "verbose_name_plural": "counts at the staff's sign-in",
            },
        ),
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_ref", models.CharField(max_length=80)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("act", models.CharField(max_length=40)),
                ("data", models.JSONField(default=dict)),
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
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "line of the security log",
                "verbose_name_plural": "security log",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        models.F("agency"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="security_log_of_agency",
                    ),
                    models.Index(models.F("at"), name="security_log_by_age"),
                ],
            },
        ),
        SecureRows("securityevent"),
        OnlyGrows("securityevent", days=400),
    ]
