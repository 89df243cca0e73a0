from django.db import migrations

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("cases", "0003_rows_are_secured")]

    operations = [
        SecureRows("document", ("case", "item")),
        SecureRows("review", ("document",)),
        SecureRows("packet", ("case",)),
    ]
