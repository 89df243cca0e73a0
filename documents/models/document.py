from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ChecklistItem
from relo.core.models import OwnedModel, Privacy, privacy


class DocumentState(models.TextChoices):
    """A file is inspected before it is stored. One whose working copy takes longer than a request may, is being checked
    until a worker has made it; or it is refused, for none could be made."""

    CHECKING = "checking", _("Being checked")
    REFUSED = "refused", _("Refused")
    READY = "ready", _("To check")
    ACCEPTED = "accepted", _("Accepted")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked")
    SUPERSEDED = "superseded", _("Replaced")


class MadeFor(models.TextChoices):
    """What a document is to its original. The same words as the links of a requirement's chain."""

    NOTARIAL = "notarial", _("Notarial certificate")
    AUTHENTICATION = "authentication", _("Authentication")
    TRANSLATION = "translation", _("Translation")


# As inspection finds them. What browsers show and packets join is the working copy, a PDF.
FILE_KINDS = [("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG"), ("heic", "HEIC"), ("tiff", "TIFF"), ("webp", "WebP")]
# One that is infected is no document. A document of before there were scans was not scanned.
SCANS = [
    ("clean", _("nothing found")),
    ("not_scanned", _("not scanned")),
    ("too_large", _("not scanned: larger than the scanner takes")),
    ("scanner_down", _("not scanned: the scanner did not answer")),
]
LIVE_STATES = (
    DocumentState.CHECKING,
    DocumentState.READY,
    DocumentState.ACCEPTED,
    DocumentState.CHANGES_REQUESTED,
)


class Document(OwnedModel):
    """One uploaded version of a file for one checklist item. The original bytes are never altered."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "case item version state kind blob_key sha256 size pages measures scan uploaded_by uploaded_at refused_for"
            " original made_for copied_from refiled_from"
        ),
        personal="file_name issued_on expires_on",
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="documents")
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=20, choices=DocumentState.choices, default=DocumentState.READY)
    file_name = models.CharField(_("file name"), max_length=255)  # as sent; text to show, never a path
    kind = models.CharField(_("type"), max_length=4, choices=FILE_KINDS)
    blob_key = models.CharField(max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"))
    measures = models.JSONField(default=dict, blank=True)  # of its first page, by documents.intake.measuring; for hints
    scan = models.CharField(_("virus scan"), max_length=12, choices=SCANS, default="not_scanned")
    refused_for = models.CharField(max_length=40, blank=True)  # a code of documents.intake.verdicts

    # As told by whoever sent it or looked at it. What they mean for an item, its requirement says.
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    original = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="made_of_it")
    made_for = models.CharField(max_length=14, choices=MadeFor.choices, blank=True)
    # Sent before, for another requirement or case of the same person: both rows name the same stored bytes.
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies")
    refiled_from = models.CharField(max_length=40, blank=True)  # the requirement it was sent for

    class Meta(OwnedModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["item", "version"], name="document_version_once_per_item"),
            models.UniqueConstraint(
                fields=["item", "sha256"],
                condition=~Q(state__in=["superseded", "refused"]),
                name="document_bytes_once_per_item",
            ),
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_state_is_known"),
            models.CheckConstraint(
                condition=Q(scan__in=[code for code, _words in SCANS]), name="document_scan_is_known"
            ),
            models.CheckConstraint(condition=Q(size__gt=0, pages__gt=0), name="document_is_not_empty"),
            models.CheckConstraint(
                condition=Q(original=None, made_for="") | Q(original__isnull=False, made_for__in=MadeFor.values),
                name="document_is_made_of_an_original",
            ),
        ]
        indexes = [
            models.Index(F("agency"), F("uploaded_at"), condition=Q(state="ready"), name="document_to_check"),
            models.Index(F("case"), F("item"), name="document_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} v{self.version}"
