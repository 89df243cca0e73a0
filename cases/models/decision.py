from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from relo.core.models import OwnedModel, Privacy, privacy


class FindingDecision(OwnedModel):
    """A person's answer where a rule could not give one: dated and theirs. The latest one counts."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case rule go_ahead decided_by decided_at", personal="reason"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    rule = models.CharField(max_length=40)
    go_ahead = models.BooleanField(_("go ahead"))
    reason = models.TextField(_("reason"))
    decided_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("decision on a finding")
        verbose_name_plural = _("decisions on findings")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason")]
        indexes = [models.Index(F("case"), F("rule"), F("decided_at"), name="decision_of_case")]


class Signature(OwnedModel):
    """The second person's signature on one visit to the review stage, for one day of hand-in.

    `planned_hand_in` is the day the file was checked against; empty while none was planned. `ended_at`: the case was
    put on other rules than those it was signed under.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case stage_entered_at planned_hand_in signed_by signed_at ended_at", personal="note"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signatures")
    stage_entered_at = models.DateTimeField()
    planned_hand_in = models.DateField(null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    note = models.TextField(_("note"), blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage_entered_at", "planned_hand_in"],
                condition=Q(ended_at=None),
                name="signature_once_per_visit_and_day",
            ),
            models.UniqueConstraint(
                fields=["case", "stage_entered_at"],
                condition=Q(planned_hand_in=None, ended_at=None),
                name="signature_once_per_visit_without_day",
            ),
        ]
