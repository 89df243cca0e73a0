from django.db import migrations, models

from relo.core.scoping import system_scope


def date_the_signatures(apps, schema_editor):
    """Until now a signature did not say for which hand-in it was given; it stands for the one planned now."""
    cases = apps.get_model("cases", "Case").objects.filter(pk=models.OuterRef("case"))
    with system_scope("signatures of every agency get the day they were given for"):
        apps.get_model("cases", "Signature").objects.update(
            planned_hand_in=models.Subquery(cases.values("planned_hand_in")[:1])
        )


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_posts")]

    operations = [
        migrations.RemoveConstraint(model_name="signature", name="signature_once_per_visit"),
        migrations.AddField(
            model_name="signature", name="planned_hand_in", field=models.DateField(blank=True, null=True)
        ),
        migrations.RunPython(date_the_signatures, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                fields=("case", "stage_entered_at", "planned_hand_in"), name="signature_once_per_visit_and_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("planned_hand_in", None)),
                fields=("case", "stage_entered_at"),
                name="signature_once_per_visit_without_day",
            ),
        ),
    ]
