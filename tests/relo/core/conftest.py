from django.conf import settings

# SQLite has no policies: there the managers stand alone, and there is nothing to see.
ON_POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
collect_ignore = [] if ON_POSTGRESQL else ["test_row_security.py"]
