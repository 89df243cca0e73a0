from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "relo.portal"

    def ready(self) -> None:
        from relo.portal.logs import hide_tokens

        hide_tokens()
