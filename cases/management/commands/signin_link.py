from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from cases.history import record
from cases.models import Case
from relo.core.actors import system_actor
from relo.core.scoping import agency_scope, system_scope
from relo.portal.access import is_withdrawn
from relo.portal.signing_in import LASTS, issue_link


class Command(BaseCommand):
    help = "Print a link that signs in as the candidate of a case: any browser, ten minutes, one use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", help="of the case, such as ARC-2026-0001")

    def handle(self, *args: Any, **options: Any) -> None:
        reference = options["reference"].strip().upper()
        with system_scope("signin_link finds a case by its reference in every agency"), transaction.atomic():
            case = Case.objects.select_related("candidate").filter(reference=reference).first()
            if case is None:
                raise CommandError(f"There is no case {reference}. References look like ARC-2026-0001.")
            if is_withdrawn(case.candidate_id):
                raise CommandError("Access was withdrawn for this candidate. Give it again on the candidate's page.")
            with agency_scope(case.agency_id):
                record(case=case, kind="portal.link_issued", actor=system_actor("signin_link"))
        token = issue_link(agency_id=case.agency_id, candidate_id=case.candidate_id, language=case.candidate.language)
        self.stdout.write(settings.PUBLIC_URL + reverse("portal:sign_in_link", args=[token]))
        self.stderr.write(f"Works once, within {LASTS.seconds // 60} minutes.")
