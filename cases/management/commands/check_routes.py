import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.routes.faults import PackInvalid
from cases.routes.reading import read_pack, shipped_packs, shipped_sources
from cases.routes.schema import Pack


class Command(BaseCommand):
    help = "Check route packs, the shipped ones if none is named; each fault is told with file, line and cure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a pack, for editors")
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(Pack.model_json_schema(), ensure_ascii=False, indent=2))
            return
        sources = shipped_sources()
        refused = False
        for path in options["files"] or shipped_packs():
            try:
                pack = read_pack(path, sources)
            except PackInvalid as refusal:
                refused = True
                self.stderr.write(str(refusal))
            else:
                self.stdout.write(f"{pack.code} {pack.edition}: no fault")
        if refused:
            raise CommandError("Correct the faults above.")
