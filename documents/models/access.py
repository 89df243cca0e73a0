from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.document import Document
from documents.models.packet import Packet
from relo.core.append_only import LogLine
from relo.core.models import Privacy, privacy


class Purpose(models.TextChoices):
    """Why bytes were handed out. The door knows."""

    REVIEW = "review", _("To check it")
    VIEW = "view", _("Looked at")
    DOWNLOAD = "download", _("Downloaded")
    PACKET_BUILD = "packet_build", _("To build a packet")
    CANDIDATE = "candidate", _("The candidate's own download")
    CANDIDATE_LOOK = "own_look", _("The candidate looked at it")
    API = "api", _("Fetched through the API")


class DocumentAccess(LogLine):
    """One handing out of a document's or packet's bytes: to whom, when and why. Written before the bytes leave.

    A document with a packet was read to build that packet; a packet alone is the PDF or its manifest.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="case document packet purpose", personal="reason")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # in the words of whoever took an original

    class Meta(LogLine.Meta):
        verbose_name = _("access")
        verbose_name_plural = _("accesses")
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="access_purpose_is_known"),
            models.CheckConstraint(
                condition=Q(document__isnull=False) | Q(packet__isnull=False), name="access_is_to_something"
            ),
        ]
        indexes = [models.Index(F("case"), F("id").desc(), name="access_of_case")]
