from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import PostEdition
from relo.core.models import OwnedModel, Privacy, privacy


class PostCopy(OwnedModel):
    """A saved copy of the page that an edition of a post was read from: what stood there on that day."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="post_edition kind blob_key sha256 size pages uploaded_by uploaded_at", personal="file_name"
    )

    KINDS: ClassVar = [("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")]  # kept as they came, none is converted

    post_edition = models.ForeignKey(PostEdition, on_delete=models.PROTECT, related_name="copies")
    file_name = models.CharField(_("file name"), max_length=255)  # as sent; text to show, never a path
    kind = models.CharField(_("type"), max_length=4, choices=KINDS)
    blob_key = models.CharField(max_length=120, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta(OwnedModel.Meta):
        verbose_name = _("saved copy of a page")
        verbose_name_plural = _("saved copies of pages")
        constraints = [
            models.UniqueConstraint(fields=["post_edition", "sha256"], name="post_copy_bytes_once_per_edition"),
            models.CheckConstraint(condition=Q(size__gt=0, pages__gt=0), name="post_copy_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.file_name
