from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.candidate import Candidate
from cases.models.case import Case
from cases.models.reminder import Reminder
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class ReminderPause(OwnedModel):
    """No mail about this for now: about a case, one rule in it, one reminder, to a person, or by a rule everywhere.

    `until`: the first day it may be reminded of again; empty until somebody ends it.
    `reminder`: stands beside its case, and always has an end.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case candidate rule reminder until made_by made_at ended_by ended_at", personal="reason"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder_pauses")
    candidate = models.ForeignKey(
        Candidate, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder_pauses"
    )
    rule = models.CharField(_("rule"), max_length=20, blank=True)
    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, null=True, blank=True, related_name="pauses")
    reason = EncryptedTextField(_("reason"), max_length=2000)
    until = models.DateField(_("until"), null=True, blank=True)
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    ended_by = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("pause of reminders")
        verbose_name_plural = _("pauses of reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule"],
                condition=Q(ended_at=None, case__isnull=False, reminder=None),
                name="pause_of_case_once",
            ),
            models.UniqueConstraint(
                fields=["reminder"],
                condition=Q(ended_at=None, reminder__isnull=False),
                name="pause_of_reminder_once",
            ),
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(ended_at=None, candidate__isnull=False), name="pause_of_person_once"
            ),
            models.UniqueConstraint(
                fields=["agency", "rule"],
                condition=Q(ended_at=None, case=None, candidate=None),
                name="pause_of_rule_once",
            ),
            models.CheckConstraint(
                condition=Q(candidate=None) | Q(case=None, rule="", reminder=None),
                name="pause_of_a_person_names_nothing_else",
            ),
            models.CheckConstraint(
                condition=Q(reminder=None) | Q(case__isnull=False, rule="", until__isnull=False),
                name="pause_of_a_reminder_ends_and_names_its_case",
            ),
            models.CheckConstraint(
                condition=Q(candidate__isnull=False) | Q(case__isnull=False) | ~Q(rule=""),
                name="pause_is_about_something",
            ),
        ]
        indexes = [models.Index(F("agency"), F("rule"), condition=Q(ended_at=None), name="pause_in_force")]
