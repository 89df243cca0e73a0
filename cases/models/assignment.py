from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from relo.core.models import OwnedModel, Privacy, privacy


class CaseAssignment(OwnedModel):
    """A member who works on a case besides its manager. Where visibility is narrow, they see it by this row."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="case user")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(OwnedModel.Meta):
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=["agency", "case", "user"], name="assignment_once_per_case")]
        indexes = [models.Index(F("agency"), F("user"), F("case"), name="assignment_of_user")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"
