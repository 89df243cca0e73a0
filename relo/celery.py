import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings")

app = Celery("relo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["relo.core", "relo.outbox", "cases", "documents"])
