import os
from typing import Any

from celery import Celery
from kombu import Connection

# Whoever rings has somebody waiting. Workers, who wait for bells, have as long as the settings say.
RINGING = {"socket_timeout": 1}


class Relo(Celery):
    def connection_for_write(self, url: str | None = None, **options: Any) -> Connection:
        told = options.pop("transport_options", None) or {}
        connection: Connection = super().connection_for_write(url, transport_options={**RINGING, **told}, **options)
        return connection


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings")

app = Relo("relo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["relo.core", "relo.outbox", "cases", "documents"])
