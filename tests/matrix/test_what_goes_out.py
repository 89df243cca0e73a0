"""What leaves an agency without being asked for at a door: mails, packets, lines of the log."""

import json
import logging
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from cases.models import Case
from cases.packs import pack_of_case
from documents.models import Packet
from documents.services.packet_inputs import packet_inputs
from documents.services.packets import build_packet
from documents.services.reviewing import accept_document
from relo.core import clock, storage
from relo.core.scoping import agency_scope
from relo.outbox import relay
from tests.cases.post import days_later, sweep_and_send
from tests.days import in_days
from tests.matrix.conftest import Two, told_in, undone
from tests.matrix.filled_agency import Filled
from tests.portal_steps import ask

pytestmark = pytest.mark.django_db


def everything_in(letter: EmailMultiAlternatives) -> str:
    parts = [letter.subject, letter.from_email, *letter.to, *letter.reply_to, letter.body, letter.extra_headers]
    return " ".join(str(part) for part in [*parts, *(content for content, _kind in letter.alternatives)])


def test_a_mail_speaks_of_its_reader_and_their_agency_alone(two: Two):
    with undone():
        relay.drain("default")  # what was given back
        for filled in (two.first, two.second):
            ask(Client(), f"{filled.person_mark}@example.org")
        relay.drain("mail")
        with days_later(8):
            sweep_and_send()
    letters = [letter for letter in mail.outbox if isinstance(letter, EmailMultiAlternatives)]

    for mine, other in ((two.first, two.second), (two.second, two.first)):
        read = {letter.subject: everything_in(letter) for letter in letters if f"{mine.person_mark}@" in letter.to[0]}
        for kind in ("Sign in to your application", "Changes needed in your case", "due|things|thing|Reminder"):
            assert any(part in subject for subject in read for part in kind.split("|")), (kind, list(read))
        for words in read.values():
            assert mine.mark in words
            assert other.mark not in words and other.person_mark not in words
            assert f"{mine.mark}OTHER" not in words  # another candidate of the same agency


def packet_of(filled: Filled, folder: Path) -> tuple[str, str]:
    """The words printed in a packet built from the agency's rows, and its manifest."""
    with agency_scope(filled.agency.pk):
        accept_document(document_id=filled.document.pk, actor=filled.members["reviewer"].actor)
        case = Case.objects.select_related("candidate", "agency").get(pk=filled.case.pk)
        inputs = packet_inputs(
            case, pack_of_case(case), number=2, printed_on=in_days(0), most_pages=None, most_bytes=None
        )
        packet = Packet.objects.create(
            case=case,
            number=2,
            inputs=replace(inputs, unready=()).to_json(),
            fingerprint="0",
            requested_by="tests",
            requested_at=clock.now(),
        )
        build_packet(packet_id=str(packet.pk))
        packet.refresh_from_db()
        file = folder / f"{filled.mark}.pdf"
        file.write_bytes(b"".join(storage.chunks(packet.blob_key)))
    return subprocess.check_output(["pdftotext", file, "-"], text=True), json.dumps(packet.manifest)


def test_a_packet_and_its_manifest_hold_nothing_of_another_agency(two: Two, tmp_path: Path):
    with undone():
        built = [packet_of(filled, tmp_path) for filled in (two.first, two.second)]

    for (printed, manifest), mine, other in zip(built, (two.first, two.second), (two.second, two.first), strict=True):
        assert mine.mark in printed and mine.person_mark in printed and mine.person_mark in manifest
        for words in (printed, manifest):
            assert other.mark not in words and other.person_mark not in words
            assert f"{mine.mark}OTHER" not in words


def test_a_mark_in_the_log_is_heard(two: Two, silent_log: list[str]):
    """Whoever logs it, and however it gets in; or the silence of all other tests here says nothing."""
    for name in ("django.request", "relo.somewhere", "a.library"):
        logging.getLogger(name).warning("%s was here", two.first.person_mark)
        logging.getLogger(name).warning("seen", extra={"who": two.second.mark})

    assert len(told_in(silent_log, two)) == 6
    silent_log.clear()
