from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.routes.faults import PackInvalid
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.services.publishing import EditionChanged, publish_base_version
from relo.core.actors import system_actor
from relo.core.scoping import system_scope


class Command(BaseCommand):
    help = "Publish the shipped route packs as base versions. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        sources = shipped_sources()
        with system_scope("base route versions belong to no agency"):
            for path in shipped_packs():
                try:
                    pack = read_pack(path, sources)
                    loaded = publish_base_version(pack=pack, actor=system_actor("load_routes"))
                except (PackInvalid, EditionChanged) as refusal:
                    raise CommandError(str(refusal)) from None
                state = "published" if loaded.is_new else "already published"
                self.stdout.write(f"{loaded.code} {loaded.edition}: {state}")
