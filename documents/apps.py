from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from documents.checks import heic_is_read_safely

        register(heic_is_read_safely)
