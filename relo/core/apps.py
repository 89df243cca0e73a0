from django.apps import AppConfig
from django.core.checks import Tags, register


class CoreConfig(AppConfig):
    name = "relo.core"

    def ready(self) -> None:
        from relo.core.checks import every_field_is_tagged, the_role_is_walled_in

        register(every_field_is_tagged)
        register(the_role_is_walled_in, Tags.database)  # with `migrate`, and `check --database default`
