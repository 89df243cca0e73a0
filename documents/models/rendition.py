from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document
from relo.core.models import OwnedModel, Privacy, privacy


class RenditionKind(models.TextChoices):
    WORKING_COPY = "working_copy", _("Working copy")
    PREVIEW = "preview", _("Picture of a page")
    THUMBNAIL = "thumbnail", _("Small picture of the first page")


class Rendition(OwnedModel):
    """What was made of a document, and can be made again: the working copy (a PDF of plain pages), which is what is
    shown, joined and sent on, and pictures of its pages (JPEG).

    A picture without bytes says that this page was tried and cannot be drawn.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="document kind page blob_key sha256 size pages removed made_at"
    )

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="renditions")
    kind = models.CharField(max_length=12, choices=RenditionKind.choices)
    page = models.PositiveSmallIntegerField(default=0)  # of a picture, counted from 1
    blob_key = models.CharField(max_length=120, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField()
    removed = models.JSONField(default=list)  # what the original has and the copy has not: codes of ACTIVE_CONTENT
    made_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(fields=["document", "kind", "page"], name="rendition_once_per_document"),
            models.CheckConstraint(condition=Q(kind__in=RenditionKind.values), name="rendition_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="working_copy", page=0, size__gt=0) | (~Q(kind="working_copy") & Q(page__gt=0)),
                name="rendition_is_a_copy_or_of_a_page",
            ),
            models.CheckConstraint(condition=Q(size=0) | ~Q(blob_key=""), name="rendition_with_bytes_has_a_file"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.kind} {self.page}"
