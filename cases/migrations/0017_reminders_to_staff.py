"""Reminders for the staff: lines of their morning mail, in the ledger beside the candidates' own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_morning_mail"),
        ("cases", "0016_morning_mail"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reminder",
            name="reminder_state_is_known",
        ),
        migrations.RemoveIndex(
            model_name="reminder",
            name="reminder_due",
        ),
        migrations.AddField(
            model_name="reminder",
            name="audience",
            field=models.CharField(
                choices=[("candidate", "Candidate"), ("manager", "Case manager"), ("administrators", "Administrators")],
                default="candidate",
                max_length=14,
                verbose_name="for whom",
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
                    ("told", "In the morning mail of the staff"),
                    ("over", "Told to the staff, and settled since"),
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
            model_name="reminder",
            index=models.Index(
                models.F("due_at"),
                models.F("id"),
                condition=models.Q(("audience", "candidate"), ("state", "planned")),
                name="reminder_to_mail",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                models.F("agency"),
                models.F("due_at"),
                condition=models.Q(("state", "planned"), models.Q(("audience", "candidate"), _negated=True)),
                name="reminder_to_tell",
            ),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                models.F("agency"), models.F("updated_at"), condition=models.Q(("state", "told")), name="reminder_told"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["planned", "gathered", "mailed", "told", "over", "unknown", "failed", "bounced", "skipped"],
                    )
                ),
                name="reminder_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["candidate", "manager", "administrators"])),
                name="reminder_audience_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["told", "over"]), _negated=True),
                    models.Q(("audience", "candidate"), _negated=True),
                    _connector="OR",
                ),
                name="reminder_told_is_for_staff",
            ),
        ),
    ]
