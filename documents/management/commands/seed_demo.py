from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.packs import published_versions
from documents.demo.acts import ROUTE
from documents.demo.office import NotTheSample
from documents.demo.seeding import seed
from relo.core.scoping import system_scope


class Command(BaseCommand):
    help = "Make the sample agency with its cases, and write how to get in. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, required=True, help="the file to write passwords and token into")

    def handle(self, *args: Any, output: Path, **options: Any) -> None:
        with system_scope("base route versions belong to no agency"):
            if ROUTE not in [version.code for version in published_versions()]:
                raise CommandError(f"The route {ROUTE} is not published yet: run load_routes first.")
        try:
            seeded = seed(output)
        except NotTheSample as refusal:
            raise CommandError(str(refusal)) from None
        state = "made" if seeded.is_new else "already there"
        self.stdout.write(f"{seeded.agency.name}: {state}, {seeded.cases} cases. How to get in: {output}")
