from django.db import migrations

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_published_versions_are_frozen")]

    operations = [
        SecureRows("routeversion", is_shared=True),
        SecureRows("candidate"),
        SecureRows("case", ("candidate",)),
        SecureRows("referencecounter"),
        SecureRows("checklistitem", ("case",)),
        SecureRows("caseevent", ("case",)),
        SecureRows("findingdecision", ("case",)),
        SecureRows("signature", ("case",)),
        SecureRows("mail", ("candidate", "case")),
        SecureRows("reminder", ("case", "item", "mail")),
    ]
