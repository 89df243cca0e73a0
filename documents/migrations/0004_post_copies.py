import uuid

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_second_factor"),
        ("cases", "0006_posts"),
        ("documents", "0003_access_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="PostCopy",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4, verbose_name="type"
                    ),
                ),
                ("blob_key", models.CharField(editable=False, max_length=120)),
                ("sha256", models.CharField(editable=False, max_length=64)),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("pages", models.PositiveSmallIntegerField(verbose_name="pages")),
                ("uploaded_by", models.CharField(max_length=80)),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded")),
                (
                    "agency",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.agency",
                    ),
                ),
                (
                    "post_edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="cases.postedition"
                    ),
                ),
            ],
            options={
                "verbose_name": "saved copy of a page",
                "verbose_name_plural": "saved copies of pages",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("post_edition", "sha256"), name="post_copy_bytes_once_per_edition"),
                    models.CheckConstraint(
                        condition=models.Q(("pages__gt", 0), ("size__gt", 0)), name="post_copy_is_not_empty"
                    ),
                ],
            },
        ),
        SecureRows("postcopy", ("post_edition",)),
    ]
