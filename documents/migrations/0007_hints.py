"""What is noted about a file for people to see: hints on its pages, and the numbers of a photo."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_packets")]

    operations = [
        migrations.AddField(model_name="document", name="hints", field=models.JSONField(default=list, editable=False)),
        migrations.AddField(model_name="document", name="photo", field=models.JSONField(default=dict, editable=False)),
    ]
