from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_renditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="measures",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
