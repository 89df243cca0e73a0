"""What an agency makes of a malware scan: an infected file is never stored, and one it demands is waited for."""

import logging
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from documents.intake.scan import ScanResult, scan
from relo.accounts.models import Agency
from relo.core.errors import NotReady, Unprocessable

log = logging.getLogger(__name__)


def scanned(file: BinaryIO, agency: Agency) -> ScanResult:
    """What to write on the document; raises where it must not be taken."""
    found = scan(file, settings.CLAMD_URL)
    if found.result == ScanResult.INFECTED:
        log.warning("scan.infected", extra={"agency_id": str(agency.pk), "signature": found.signature})
        raise Unprocessable(
            "malware_found",
            _(
                "The virus scanner found something dangerous in this file, so it was not taken. Check your device with"
                " a virus scanner, make the file again from the original, and send the new one."
            ),
        )
    if agency.requires_scanning and found.result != ScanResult.CLEAN:
        raise NotReady(f"scan_{found.result}", _WITHOUT[found.result]())
    return found.result


_WITHOUT = {
    ScanResult.NOT_SCANNED: lambda: _(
        "This agency takes only files that were scanned for viruses, and there is no scanner here. Nothing was stored."
        " Whoever runs this installation sets CLAMD_URL, or an administrator of the agency no longer demands the scan."
    ),
    ScanResult.SCANNER_DOWN: lambda: _(
        "This agency takes only files that were scanned for viruses, and the scanner does not answer. Nothing was"
        " stored. Send the file again later; if it goes on, tell the agency, whose operator starts clamd again."
    ),
    ScanResult.TOO_LARGE: lambda: _(
        "This agency takes only files that were scanned for viruses, and this one is larger than the scanner takes."
        " Nothing was stored. Send a smaller file, or ask the agency, whose operator raises StreamMaxLength of clamd."
    ),
}
