"""One reminder may be put off."""

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import TieRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_scanning"),
        ("cases", "0014_bounces"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reminderpause",
            name="pause_of_case_once",
        ),
        migrations.RemoveConstraint(
            model_name="reminderpause",
            name="pause_of_a_person_names_nothing_else",
        ),
        migrations.AddField(
            model_name="reminderpause",
            name="reminder",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pauses",
                to="cases.reminder",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("case__isnull", False), ("ended_at", None), ("reminder", None)),
                fields=("case", "rule"),
                name="pause_of_case_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("reminder__isnull", False)),
                fields=("reminder",),
                name="pause_of_reminder_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("candidate", None), models.Q(("case", None), ("reminder", None), ("rule", "")), _connector="OR"
                ),
                name="pause_of_a_person_names_nothing_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminderpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reminder", None),
                    models.Q(("case__isnull", False), ("rule", ""), ("until__isnull", False)),
                    _connector="OR",
                ),
                name="pause_of_a_reminder_ends_and_names_its_case",
            ),
        ),
        TieRows("reminderpause", ("reminder",)),
    ]
