from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="requires_scanning",
            field=models.BooleanField(default=False, verbose_name="takes only files scanned for viruses"),
        ),
    ]
