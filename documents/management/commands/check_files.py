from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.services.checking_files import FEW, check_files
from relo.core.errors import ReloError

SHOWN = 50


class Command(BaseCommand):
    help = "Compare every row that names a file with what lies in the storage, and hash a sample. A miss ends with 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=int, default=100, metavar="N", help="files to open and hash (100)")
        parser.add_argument("--all", action="store_true", help="open and hash every file")
        parser.add_argument(
            "--reap",
            action="store_true",
            help="remove files that no row names: older than two days, found a day ago already, and at most 20",
        )

    def handle(self, *args: Any, sample: int, reap: bool, **options: Any) -> None:
        try:
            report = check_files(sample=None if options["all"] else max(sample, 0), reap=reap)
        except ReloError as refusal:
            raise CommandError(str(refusal.detail)) from None
        self.stdout.write(f"{report.rows} rows name a file; {report.files} files lie in the storage.")
        self.stdout.write(f"{report.sampled} were opened and hashed.")
        for words, found in (
            ("is not there", report.missing),
            ("is not what its row says", report.damaged),
            ("is named by no row", report.loose),
        ):
            for one in found[:SHOWN]:
                self.stdout.write(f"{one}: {'the file ' if ' ' in one else ''}{words}")
            if len(found) > SHOWN:
                self.stdout.write(f"… and {len(found) - SHOWN} more that {words}")
        if report.loose and not reap:
            self.stdout.write(f"{len(report.due)} of them were there a day ago too: --reap removes those.")
        if reap:
            self.stdout.write(f"{report.removed} removed.")
        if report.too_many:
            raise CommandError(
                f"More than {FEW} files are named by no row, and nothing was removed. Look first whether the database "
                "and the storage belong together, such as after a restore."
            )
        if not report.ok:
            raise CommandError(
                f"{len(report.missing)} files are missing and {len(report.damaged)} damaged. Bring them back from a"
                " backup of the storage, under the same names, and run this again."
            )
