import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import TieRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0011_passports_and_signatures"),
        ("documents", "0008_scans"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="expires_on",
            field=models.DateField(blank=True, null=True, verbose_name="expires on"),
        ),
        migrations.AddField(
            model_name="document",
            name="issued_on",
            field=models.DateField(blank=True, null=True, verbose_name="issued on"),
        ),
        migrations.AddField(
            model_name="document",
            name="made_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("notarial", "Notarial certificate"),
                    ("authentication", "Authentication"),
                    ("translation", "Translation"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="original",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made_of_it",
                to="documents.document",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="refiled_from",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="review",
            name="seconded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="seconded_by",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_for", ""), ("original", None)),
                    models.Q(
                        ("made_for__in", ["notarial", "authentication", "translation"]), ("original__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="document_is_made_of_an_original",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("seconded_at", None), ("seconded_by", "")),
                    models.Q(
                        ("decision", "accepted"),
                        ("seconded_at__isnull", False),
                        models.Q(("seconded_by", ""), _negated=True),
                        models.Q(("seconded_by", models.F("reviewed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="review_seconded_by_another",
            ),
        ),
        TieRows("document", ("original", "copied_from")),
    ]
