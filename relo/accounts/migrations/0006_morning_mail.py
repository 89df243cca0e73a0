from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_scanning"),
    ]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="morning_hour",
            field=models.PositiveSmallIntegerField(default=8, verbose_name="hour of the morning mail"),
        ),
        migrations.AddField(
            model_name="membership",
            name="gets_morning_mail",
            field=models.BooleanField(default=True, verbose_name="gets the morning mail"),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("morning_hour__range", (5, 12))), name="agency_morning_is_one"
            ),
        ),
    ]
