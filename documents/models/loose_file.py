from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from relo.core.models import Privacy, privacy


class LooseFile(models.Model):
    """A file in the storage that no row names, and when that was first seen. Nothing tells whose it is."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="id blob_key seen_at")

    blob_key = models.CharField(max_length=255, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = "loose file"
        verbose_name_plural = "loose files"

    def __str__(self) -> str:
        return self.blob_key
