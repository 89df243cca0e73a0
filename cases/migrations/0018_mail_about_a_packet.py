"""A mail that says that a packet waits to be looked at; what tells of events goes by one rule."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_quiet_hours"),
        ("cases", "0017_reminders_to_staff"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_of_decision_once",
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_of_decision_has_a_case",
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_kind_is_known",
        ),
        migrations.AlterField(
            model_name="mail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("reminder", "Reminder"),
                    ("decision", "Decision"),
                    ("change", "Change of rules"),
                    ("packet", "Packet to look at"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["decision", "packet"])),
                fields=("agency", "case", "up_to_event"),
                name="mail_of_event_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["reminder", "decision", "change", "packet"])),
                name="mail_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["decision", "packet"]), _negated=True),
                    models.Q(("case__isnull", False), ("up_to_event__isnull", False)),
                    _connector="OR",
                ),
                name="mail_of_event_has_a_case",
            ),
        ),
    ]
