from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class PacketState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    SEALED = "sealed", _("Sealed")
    HANDED_IN = "handed_in", _("Handed in")
    SUPERSEDED = "superseded", _("Superseded")


WITH_FILE = (PacketState.READY, PacketState.SEALED, PacketState.HANDED_IN, PacketState.SUPERSEDED)


class PacketStep(models.TextChoices):
    """How far the build is."""

    FETCHING = "fetching", _("fetching the documents")
    PREPARING = "preparing", _("looking through the documents")
    RENDERING = "rendering", _("laying out cover and contents")
    JOINING = "joining", _("joining the documents")
    STAMPING = "stamping", _("numbering the pages")
    SEALING = "sealing", _("reckoning the manifest")


class Answer(models.TextChoices):
    APPROVED = "approved", _("Approved")
    ERROR = "error", _("Error reported")


class Packet(OwnedModel):
    """A numbered PDF of a case. `inputs` are fixed at the request: the same row gives the same bytes."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "case number state fingerprint blob_key sha256 size pages failure requested_by requested_at built_at"
            " sealed_by sealed_at progress most_pages most_bytes copy_key copy_size handed_in_on handed_in_by"
            " asked_at answer answered_at"
        ),
        personal="inputs manifest warnings handed_in_where answer_note sealed_despite",
        sensitive="receipt",
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
    sealed_despite = EncryptedTextField(
        _("why it was sealed though the candidate found an error"), max_length=2000, blank=True, default=""
    )
    progress = models.CharField(max_length=10, blank=True, choices=PacketStep.choices, editable=False)
    warnings = models.JSONField(default=list, editable=False)  # [{code, document_id, en, zh}]
    most_pages = models.PositiveIntegerField(null=True, editable=False)
    most_bytes = models.PositiveBigIntegerField(null=True, editable=False)

    # What the candidate looks at: the same pages with a word across each.
    copy_key = models.CharField(max_length=120, blank=True, editable=False)
    copy_size = models.PositiveBigIntegerField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=10, blank=True, choices=Answer.choices)
    answer_note = EncryptedTextField(_("what is wrong"), max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, editable=False)

    handed_in_on = models.DateField(_("handed in on"), null=True, blank=True)
    handed_in_where = EncryptedTextField(_("where"), max_length=200, blank=True, default="")
    receipt = EncryptedTextField(_("number of the receipt"), max_length=80, blank=True, default="")
    handed_in_by = models.CharField(max_length=80, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("packet")
        verbose_name_plural = _("packets")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="packet_number_once_per_case"),
            models.CheckConstraint(condition=Q(state__in=PacketState.values), name="packet_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "sealed", "handed_in", "superseded"])
                | (~Q(blob_key="") & ~Q(sha256="")),
                name="packet_ready_has_a_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sealed", "handed_in"]) | Q(sealed_at__isnull=False),
                name="packet_sealed_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_on__isnull=False), name="packet_handed_in_has_a_day"
            ),
            models.CheckConstraint(condition=Q(answer__in=["", *Answer.values]), name="packet_answer_is_known"),
        ]
        indexes = [models.Index(F("case"), F("number").desc(), name="packet_of_case")]

    @property
    def is_split(self) -> bool:
        of: int = (self.manifest or {}).get("volume", {}).get("of", 1)
        return of > 1

    def __str__(self) -> str:
        return f"{self.case_id} no. {self.number}"
