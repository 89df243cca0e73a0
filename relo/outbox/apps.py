from django.apps import AppConfig
from django.core.checks import register


class OutboxConfig(AppConfig):
    name = "relo.outbox"

    def ready(self) -> None:
        from relo.outbox.checks import names_resolve

        register(names_resolve)
