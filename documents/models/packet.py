from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from relo.core.models import OwnedModel, Privacy, privacy


class PacketState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    SEALED = "sealed", _("Sealed")


class Packet(OwnedModel):
    """A numbered PDF of a case. `inputs` are fixed at the request: the same row gives the same bytes."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "case number state fingerprint blob_key sha256 size pages failure requested_by requested_at built_at"
            " sealed_by sealed_at"
        ),
        personal="inputs manifest",
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packets")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=PacketState.choices, default=PacketState.REQUESTED)
    inputs = models.JSONField(help_text=_("PacketInputs of documents.packets.plan"))
    fingerprint = models.CharField(max_length=64)
    blob_key = models.CharField(max_length=120, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    size = models.PositiveBigIntegerField(null=True, editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    manifest = models.JSONField(null=True, editable=False)
    failure = models.JSONField(null=True, editable=False)  # {code, en, zh}
    requested_by = models.CharField(max_length=80)
    requested_at = models.DateTimeField(_("requested"))
    built_at = models.DateTimeField(_("built"), null=True)
    sealed_by = models.CharField(max_length=80, blank=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("packet")
        verbose_name_plural = _("packets")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="packet_number_once_per_case"),
            models.CheckConstraint(condition=Q(state__in=PacketState.values), name="packet_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "sealed"]) | (~Q(blob_key="") & ~Q(sha256="")),
                name="packet_ready_has_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="sealed") | Q(sealed_at__isnull=False), name="packet_sealed_has_a_time"
            ),
        ]
        indexes = [models.Index(F("case"), F("number").desc(), name="packet_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} no. {self.number}"
