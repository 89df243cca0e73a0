import mailbox
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.bounce_reports import MAX_REPORT_BYTES, Report, read_report
from cases.services.bouncing import mails_named, note_bounce
from relo.core.actors import system_actor
from relo.core.errors import ReloError
from relo.core.scoping import agency_scope, system_scope


class Command(BaseCommand):
    help = (
        "Read reports about e-mails that came back: from a Maildir, an mbox file, or one from standard input (-)."
        " Reports in a Maildir are marked as read, and read once; in an mbox each counts once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", help="a Maildir, an mbox file, or - for one mail on standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = Counter(_outcome(raw) for raw in _mails(options["place"]))
        self.stdout.write(
            ", ".join(f"{what}: {counts[what]}" for what in ("heard", "unknown", "no report", "unreadable"))
        )


def _outcome(raw: bytes) -> str:
    """One bad mail is not the others' trouble."""
    try:
        report = read_report(raw)
    except ReloError:
        return "unreadable"
    if report is None:
        return "no report"
    return "heard" if _note(report) else "unknown"


def _note(report: Report) -> bool:
    """By the Message-ID alone: whoever writes a report to this mailbox may be anybody."""
    with system_scope("a mail that came back is looked up in every agency by its id"):
        agency_id = mails_named(report.message_id).values_list("agency_id", flat=True).first()
    if agency_id is None:
        return False
    with agency_scope(agency_id):
        note_bounce(report=report, actor=system_actor("read_bounces", agency_id))
    return True


def _mails(place: str) -> Iterator[bytes]:
    """Of each no more than is needed to see that it is too long."""
    if place == "-":
        yield sys.stdin.buffer.read(MAX_REPORT_BYTES + 1)
    elif Path(place, "new").is_dir():
        yield from _unread(Path(place))
    elif Path(place).is_file():
        box = mailbox.mbox(place, create=False)
        for key in box.iterkeys():
            yield box.get_file(key).read(MAX_REPORT_BYTES + 1)
    else:
        raise CommandError(f"{place} is neither a Maildir (a folder with new, cur and tmp) nor an mbox file.")


def _unread(maildir: Path) -> Iterator[bytes]:
    """What lies in `new`; each goes to `cur`, marked as read, once it was heard."""
    for file in sorted((maildir / "new").iterdir()):
        with suppress(FileNotFoundError):  # another run, or a person with a mail program, was faster
            raw = _beginning_of(file)
            yield raw
            file.rename(maildir / "cur" / f"{file.name.partition(':')[0]}:2,S")


def _beginning_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MAX_REPORT_BYTES + 1)
