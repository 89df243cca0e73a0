from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

OUR_ROOMS = ("relo", "cases", "documents")


class DeskConfig(AppConfig):
    name = "relo.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        stock = apps.get_app_config("admin")
        if not isinstance(stock, SimpleAdminConfig):
            raise TypeError("django.contrib.admin must be installed by its SimpleAdminConfig")
        # django.contrib.admin.site is made on first use; from here on it is relo's.
        stock.default_site = "relo.desk.site.DeskSite"
        # Django's own discovery would also register users and groups, which decide nothing here.
        for config in apps.get_app_configs():
            if (
                config.name.partition(".")[0] in OUR_ROOMS
                and config.module
                and module_has_submodule(config.module, "admin")
            ):
                import_module(f"{config.name}.admin")
