"""What hangs on packets: the further volumes of one, and what staff chose for the next one of a case."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models.document import Document
from documents.models.packet import Packet
from relo.core.models import OwnedModel, Privacy, privacy


class PacketVolume(OwnedModel):
    """A further file of a packet that was split; the first one stands on the packet itself."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="packet number blob_key sha256 size pages", personal="manifest"
    )

    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, related_name="volumes")
    number = models.PositiveSmallIntegerField(_("number"))
    blob_key = models.CharField(max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    pages = models.PositiveIntegerField(_("pages"), editable=False)
    manifest = models.JSONField(editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("part of a packet")
        verbose_name_plural = _("parts of packets")
        constraints = [
            models.UniqueConstraint(fields=["packet", "number"], name="packet_volume_once"),
            models.CheckConstraint(condition=Q(number__gte=2), name="packet_volume_is_a_further_one"),
        ]


class PacketChoice(OwnedModel):
    """For the next packets of the case: where a document stands, why it is left out, whose name is printed on it."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case document position chosen_by chosen_at", personal="left_out_reason printed_name"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packet_choices")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("place in the packet"), null=True, blank=True)
    left_out_reason = models.CharField(_("why it is left out"), max_length=300, blank=True)
    printed_name = models.CharField(_("name as printed on it"), max_length=200, blank=True)
    chosen_by = models.CharField(max_length=80)
    chosen_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("choice for a packet")
        verbose_name_plural = _("choices for packets")
        constraints = [models.UniqueConstraint(fields=["document"], name="packet_choice_once_per_document")]
