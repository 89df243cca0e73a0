from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_morning_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="mail_from_hour",
            field=models.PositiveSmallIntegerField(default=8, verbose_name="first hour for mails to candidates"),
        ),
        migrations.AddField(
            model_name="agency",
            name="mail_until_hour",
            field=models.PositiveSmallIntegerField(default=20, verbose_name="hour from which candidates get no mail"),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_from_hour__lte", 12), ("mail_until_hour__range", (13, 24))),
                name="agency_mails_go_at_noon",
            ),
        ),
    ]
