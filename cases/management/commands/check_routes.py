from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.routes.faults import PackInvalid
from cases.routes.reading import read_pack, shipped_packs, shipped_sources


class Command(BaseCommand):
    help = "Check the shipped route packs; each fault is named with file, line and cure."

    def handle(self, *args: Any, **options: Any) -> None:
        sources = shipped_sources()
        refused = False
        for path in shipped_packs():
            try:
                pack = read_pack(path, sources)
            except PackInvalid as refusal:
                refused = True
                self.stderr.write(str(refusal))
            else:
                self.stdout.write(f"{pack.code} {pack.edition}: no fault")
        if refused:
            raise CommandError("Correct the faults above.")
