from django.apps import AppConfig
from django.core.checks import register


class CoreConfig(AppConfig):
    name = "relo.core"

    def ready(self) -> None:
        from relo.core.checks import every_field_is_tagged

        register(every_field_is_tagged)
