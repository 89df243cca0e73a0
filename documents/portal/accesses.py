"""Who opened whose papers, as their owner reads it: roles, not names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.packs import pack_of_case
from cases.portal.words import Words
from documents.models import DocumentAccess, Purpose
from relo.core.languages import in_language

BY_WHOM: Mapping[str, Words] = {
    "candidate": gettext_lazy("You"),
    "staff": gettext_lazy("Your agency's staff"),
    "service": gettext_lazy("Another system of your agency"),
    "system": gettext_lazy("Done automatically"),
}
WHY: Mapping[str, Words] = {
    Purpose.REVIEW: gettext_lazy("looked at it to check it"),
    Purpose.VIEW: gettext_lazy("looked at it"),
    Purpose.DOWNLOAD: gettext_lazy("downloaded it"),
    Purpose.PACKET_BUILD: gettext_lazy("put it into a packet"),
    Purpose.CANDIDATE: gettext_lazy("downloaded it"),
    Purpose.CANDIDATE_LOOK: gettext_lazy("looked at it"),
    Purpose.API: gettext_lazy("fetched it"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    what: str
    reference: str
    by: Words
    why: Words
    at: datetime


def opened(accesses: Iterable[DocumentAccess]) -> list[Opened]:
    return [
        Opened(_what(row), row.case.reference, BY_WHOM[row.actor_kind], WHY[row.purpose], row.at) for row in accesses
    ]


def _what(row: DocumentAccess) -> str:
    if row.document is None:
        return _("Packet %(number)s") % {"number": row.packet.number if row.packet else ""}
    name = in_language(pack_of_case(row.case).requirement(row.document.item.code).name)
    return _("%(name)s, version %(number)s") % {"name": name, "number": row.document.version}
