"""An edition of a post changes the rules of open cases, as an edition of a route does."""

import django.db.models.deletion
from django.db import migrations, models

from relo.core.row_security import TieRows


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0009_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="casechange",
            name="from_post_edition",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.postedition"
            ),
        ),
        migrations.AddField(
            model_name="rulechange",
            name="post_edition",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.postedition"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.UniqueConstraint(fields=("agency", "post_edition"), name="change_once_per_post_edition"),
        ),
        migrations.AddConstraint(
            model_name="rulechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("post_edition__isnull", True), ("route_version__isnull", False)),
                    models.Q(("post_edition__isnull", False), ("route_version__isnull", True)),
                    _connector="OR",
                ),
                name="change_of_one_thing",
            ),
        ),
        TieRows("casechange", ("from_post_edition",)),
        TieRows("rulechange", ("post_edition",)),
    ]
