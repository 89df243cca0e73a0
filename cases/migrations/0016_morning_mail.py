"""What needed a member of the staff on a morning, and what became of the mail that says so."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_morning_mail"),
        ("cases", "0015_put_off_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MorningMail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("local_day", models.DateField(verbose_name="day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("unknown", "Not known whether it arrived"),
                            ("failed", "Failed"),
                            ("bounced", "Came back"),
                            ("skipped", "Not sent: no longer needed"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
                ("message_id", models.CharField(blank=True, max_length=120)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("error", models.CharField(blank=True, max_length=40, verbose_name="error")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("sending_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "morning mail",
                "verbose_name_plural": "morning mails",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        models.F("agency"),
                        models.OrderBy(models.F("local_day"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="morning_mail_list",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "user", "local_day"), name="morning_mail_once_a_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "sending", "sent", "unknown", "failed", "bounced", "skipped"])
                        ),
                        name="morning_mail_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sending", "sent", "unknown"]), _negated=True),
                            models.Q(("sending_at__isnull", False), models.Q(("message_id", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="morning_mail_has_an_id_before_it_goes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="morning_mail_sent_has_a_time",
                    ),
                ],
            },
        ),
        SecureRows("morningmail"),
    ]
