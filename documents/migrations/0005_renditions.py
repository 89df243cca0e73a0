import uuid

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0010_post_editions_change_rules"),
        ("documents", "0004_post_copies"),
    ]

    operations = [
        migrations.CreateModel(
            name="Rendition",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("working_copy", "Working copy"),
                            ("preview", "Picture of a page"),
                            ("thumbnail", "Small picture of the first page"),
                        ],
                        max_length=12,
                    ),
                ),
                ("page", models.PositiveSmallIntegerField(default=0)),
                ("blob_key", models.CharField(blank=True, editable=False, max_length=120)),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("pages", models.PositiveSmallIntegerField()),
                ("removed", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "rendition",
                "verbose_name_plural": "renditions",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_bytes_once_per_item",
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="documentaccess",
            name="access_purpose_is_known",
        ),
        migrations.AddField(
            model_name="document",
            name="refused_for",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="documentaccess",
            name="reason",
            field=models.CharField(blank=True, max_length=200, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pdf", "PDF"),
                    ("jpeg", "JPEG"),
                    ("png", "PNG"),
                    ("heic", "HEIC"),
                    ("tiff", "TIFF"),
                    ("webp", "WebP"),
                ],
                max_length=4,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="state",
            field=models.CharField(
                choices=[
                    ("checking", "Being checked"),
                    ("refused", "Refused"),
                    ("ready", "To check"),
                    ("accepted", "Accepted"),
                    ("changes_requested", "Changes asked"),
                    ("superseded", "Replaced"),
                ],
                default="ready",
                max_length=20,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="documentaccess",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("review", "To check it"),
                    ("view", "Looked at"),
                    ("download", "Downloaded"),
                    ("packet_build", "To build a packet"),
                    ("candidate", "The candidate's own download"),
                    ("own_look", "The candidate looked at it"),
                    ("api", "Fetched through the API"),
                ],
                max_length=12,
                verbose_name="purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["superseded", "refused"]), _negated=True),
                fields=("item", "sha256"),
                name="document_bytes_once_per_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["checking", "refused", "ready", "accepted", "changes_requested", "superseded"])
                ),
                name="document_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose__in", ["review", "view", "download", "packet_build", "candidate", "own_look", "api"])
                ),
                name="access_purpose_is_known",
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="renditions", to="documents.document"
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.UniqueConstraint(fields=("document", "kind", "page"), name="rendition_once_per_document"),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["working_copy", "preview", "thumbnail"])),
                name="rendition_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "working_copy"), ("page", 0), ("size__gt", 0)),
                    models.Q(models.Q(("kind", "working_copy"), _negated=True), ("page__gt", 0)),
                    _connector="OR",
                ),
                name="rendition_is_a_copy_or_of_a_page",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("size", 0), models.Q(("blob_key", ""), _negated=True), _connector="OR"),
                name="rendition_with_bytes_has_a_file",
            ),
        ),
        SecureRows("rendition", ("document",)),
    ]
