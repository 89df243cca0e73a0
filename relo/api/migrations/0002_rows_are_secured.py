from django.db import migrations

from relo.core.row_security import SecureRows


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [SecureRows("idempotentreply")]
