from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_scanning"),
        ("cases", "0010_post_editions_change_rules"),
        ("documents", "0007_packets"),
    ]

    operations = [
        migrations.CreateModel(
            name="LooseFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("blob_key", models.CharField(max_length=255, unique=True)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "loose file",
                "verbose_name_plural": "loose files",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="scan",
            field=models.CharField(
                choices=[
                    ("clean", "nothing found"),
                    ("not_scanned", "not scanned"),
                    ("too_large", "not scanned: larger than the scanner takes"),
                    ("scanner_down", "not scanned: the scanner did not answer"),
                ],
                default="not_scanned",
                max_length=12,
                verbose_name="virus scan",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("scan__in", ["clean", "not_scanned", "too_large", "scanner_down"])),
                name="document_scan_is_known",
            ),
        ),
    ]
