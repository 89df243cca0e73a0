from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models import Case
from documents.models import Packet, PacketState
from documents.services.packets import build_packet, request_packet
from relo.core.actors import system_actor
from relo.core.errors import ReloError
from relo.core.scoping import agency_scope, system_scope


class Command(BaseCommand):
    help = "Request the packet of a case, build it now, and say what came of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", help="of the case, such as ARC-2026-0001")
        parser.add_argument("--agency", metavar="CODE", default="", help="where two agencies share a reference")

    def handle(self, *args: Any, reference: str, agency: str, **options: Any) -> None:
        case = _case(reference.strip().upper(), agency.strip().upper())
        actor = system_actor("build_packet", case.agency_id)
        with agency_scope(case.agency_id):
            try:
                packet = request_packet(case_id=case.pk, actor=actor)
            except ReloError as refusal:
                raise CommandError(str(refusal.detail)) from None
            build_packet(packet_id=str(packet.pk))
            packet.refresh_from_db()
        if packet.state == PacketState.FAILED:
            raise CommandError(f"Packet {packet.number} of {case.reference} failed: {(packet.failure or {}).get('en')}")
        self.stdout.write(_said(packet, case))


def _case(reference: str, code: str) -> Case:
    with system_scope("build_packet finds a case by its reference in every agency"):
        found = Case.objects.filter(reference=reference).select_related("agency")
        rows = list(found.filter(agency__code=code) if code else found)
    if not rows:
        where = f" in the agency {code}" if code else ""
        raise CommandError(f"There is no case {reference}{where}. References look like ARC-2026-0001.")
    if len(rows) > 1:
        codes = ", ".join(sorted(row.agency.code for row in rows))
        raise CommandError(f"Several agencies have a case {reference}: add --agency with one of {codes}.")
    return rows[0]


def _said(packet: Packet, case: Case) -> str:
    line = f"Packet {packet.number} of {case.reference}: {packet.get_state_display().lower()}"
    return f"{line}, {packet.pages} pages, {packet.size} bytes, sha256 {packet.sha256}" if packet.sha256 else line
