from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from relo.core.models import OwnedModel, Privacy, privacy


class CaseEvent(OwnedModel):
    """One line of the timeline. `data` holds codes and ids only, never a name or a number of a paper."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="case kind actor_kind actor_ref at data")

    # Counted, not random: events of one transaction share a time and must keep their order.
    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_ref = models.CharField(max_length=80)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta(OwnedModel.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        indexes = [models.Index(F("case"), F("id").desc(), name="event_of_case")]
