"""E-mails that come back after they were sent: the reports, and what became of mail and reminder."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_scanning"),
        ("cases", "0013_pauses_and_pace"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailBounce",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hard", "Came back: nobody is reached there"),
                            ("soft", "Came back for now"),
                            ("complaint", "Reported as spam by its reader"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=12, verbose_name="code")),
                ("at", models.DateTimeField()),
                ("heard_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "e-mail that came back",
                "verbose_name_plural": "e-mails that came back",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_has_an_id_before_it_goes",
        ),
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_sent_has_a_mail",
        ),
        migrations.RemoveIndex(
            model_name="mail",
            name="mail_to_look_at",
        ),
        migrations.AlterField(
            model_name="mail",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="reminder",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "Planned"),
                    ("gathered", "In a mail that waits to be sent"),
                    ("mailed", "Mailed"),
                    ("unknown", "Not known whether it arrived"),
                    ("failed", "Mail failed"),
                    ("bounced", "Mail came back"),
                    ("skipped", "Skipped"),
                ],
                default="planned",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                models.F("agency"),
                models.OrderBy(models.F("created_at"), descending=True),
                condition=models.Q(("state__in", ["unknown", "failed", "bounced"])),
                name="mail_to_look_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["queued", "sending", "sent", "unknown", "failed", "bounced", "skipped"])
                ),
                name="mail_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sending", "sent", "unknown", "bounced"]), _negated=True),
                    models.Q(("sending_at__isnull", False), models.Q(("message_id", ""), _negated=True)),
                    _connector="OR",
                ),
                name="mail_has_an_id_before_it_goes",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["planned", "gathered", "mailed", "unknown", "failed", "bounced", "skipped"])
                ),
                name="reminder_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["gathered", "mailed", "unknown", "failed", "bounced"]), _negated=True),
                    ("mail__isnull", False),
                    _connector="OR",
                ),
                name="reminder_sent_has_a_mail",
            ),
        ),
        migrations.AddField(
            model_name="mailbounce",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="mailbounce",
            name="candidate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bounces", to="cases.candidate"
            ),
        ),
        migrations.AddField(
            model_name="mailbounce",
            name="mail",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bounces",
                to="cases.mail",
            ),
        ),
        migrations.AddIndex(
            model_name="mailbounce",
            index=models.Index(
                models.F("candidate"), models.OrderBy(models.F("at"), descending=True), name="bounce_of_candidate"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbounce",
            constraint=models.UniqueConstraint(
                condition=models.Q(("mail__isnull", False)),
                fields=("mail", "kind"),
                name="bounce_of_mail_once_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailbounce",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["hard", "soft", "complaint"])), name="bounce_kind_is_known"
            ),
        ),
        SecureRows("mailbounce", ("candidate", "mail")),
    ]
