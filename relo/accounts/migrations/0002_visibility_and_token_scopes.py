from django.db import migrations, models


def give_scopes(apps, schema_editor):
    """Tokens issued before there were scopes go on doing what they did, but for police and medical papers."""
    apps.get_model("accounts", "ApiToken").objects.update(scopes=["read", "write", "review", "files"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("agency", "Everybody sees every case"),
                    ("assigned", "Only the case manager, those assigned and administrators see a case"),
                ],
                default="agency",
                max_length=10,
                verbose_name="who sees which cases",
            ),
        ),
        migrations.AddConstraint(
            model_name="agency",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["agency", "assigned"])), name="agency_visibility_is_known"
            ),
        ),
        migrations.AddField(
            model_name="apitoken", name="scopes", field=models.JSONField(default=list, verbose_name="scopes")
        ),
        migrations.RunPython(give_scopes, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scopes", []), _negated=True), name="token_has_a_scope"
            ),
        ),
    ]
