from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document
from relo.core.models import OwnedModel, Privacy, privacy


class Decision(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked")


class Review(OwnedModel):
    """The one decision on a version, bound to the bytes that were looked at.

    Where four eyes are asked for, an acceptance is complete once somebody else has seconded it. Taken back within its
    few seconds, a decision is gone; the timeline keeps that it was made.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="document sha256 decision reason reviewed_by reviewed_at seconded_by seconded_at",
        personal="note issued_on expires_on",
    )

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="review")
    sha256 = models.CharField(max_length=64)
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    reviewed_by = models.CharField(max_length=80)
    reviewed_at = models.DateTimeField()
    seconded_by = models.CharField(max_length=80, blank=True)
    seconded_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="review_decision_is_known"),
            models.CheckConstraint(
                condition=Q(seconded_by="", seconded_at=None)
                | (
                    Q(decision="accepted", seconded_at__isnull=False)
                    & ~Q(seconded_by="")
                    & ~Q(seconded_by=F("reviewed_by"))
                ),
                name="review_seconded_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decision="accepted") | ~Q(reason=""), name="review_changes_have_a_reason"
            ),
        ]
