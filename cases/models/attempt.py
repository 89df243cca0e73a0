"""Applications under one case: each attempt by itself, and the times a case is on hold."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.process import Outcome
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class Attempt(OwnedModel):
    """One application to the authority. A case has a row once something is known of it; `outcome` empty: it goes on.

    What was used in one that ended is kept as it was: `papers` by code with their dates, `facts` as JSON.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case number outcome planned_hand_in packet ended_by ended_at",
        personal="asked_class asked_entries asked_stay_days ended_on post reason papers",
        sensitive="facts",
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    asked_class = models.CharField(_("visa class asked for"), max_length=3, blank=True)
    asked_entries = models.PositiveSmallIntegerField(_("entries asked for"), null=True, blank=True)  # 99: multiple
    asked_stay_days = models.PositiveSmallIntegerField(_("days of stay asked for"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    ended_on = models.DateField(_("day"), null=True, blank=True)
    post = EncryptedTextField(_("consulate or visa centre"), blank=True, default="")
    reason = EncryptedTextField(_("reason"), blank=True, default="")
    planned_hand_in = models.DateField(null=True, blank=True)
    packet = models.PositiveIntegerField(null=True, blank=True)
    papers = models.JSONField(default=list, blank=True)
    facts = EncryptedTextField(blank=True, default="")
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="attempt_number_once_per_case"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="attempt_outcome_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="attempt_ended_has_a_time",
            ),
        ]


class Hold(OwnedModel):
    """A case rests, for a reason, until somebody takes it up again. `until`: when to look at it."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case until held_by held_at ended_by ended_at", personal="reason"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    reason = EncryptedTextField(_("reason"), max_length=2000)
    until = models.DateField(_("look at it again on"), null=True, blank=True)
    held_by = models.CharField(max_length=80)
    held_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="hold_one_at_a_time"),
        ]
        indexes = [models.Index(F("case"), F("held_at").desc(), name="hold_of_case")]
