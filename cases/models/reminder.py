from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.item import ChecklistItem
from cases.models.mail import Mail
from relo.core.models import OwnedModel, Privacy, privacy


class ReminderState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    GATHERED = "gathered", _("In a mail that waits to be sent")
    MAILED = "mailed", _("Mailed")
    TOLD = "told", _("In the morning mail of the staff")
    OVER = "over", _("Told to the staff, and settled since")
    UNKNOWN = "unknown", _("Not known whether it arrived")
    FAILED = "failed", _("Mail failed")
    BOUNCED = "bounced", _("Mail came back")
    SKIPPED = "skipped", _("Skipped")


class ReminderAudience(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    MANAGER = "manager", _("Case manager")
    ADMINISTRATORS = "administrators", _("Administrators")


class SkipReason(models.TextChoices):
    CASE_CLOSED = "case_closed", _("The case is closed")
    ON_HOLD = "on_hold", _("The case is on hold")
    ITEM_DONE = "item_done", _("Already handed in or settled")
    NO_LONGER_APPLIES = "no_longer_applies", _("A date or fact changed")
    PAUSED = "paused", _("Reminders are paused")
    STOPPED = "stopped", _("The candidate wants no reminders by e-mail")
    ADDRESS_FAILED = "address_failed", _("The e-mail address does not work")
    CAPPED = "capped", _("Reminded of six times: now for the staff to settle")
    OVERTAKEN = "overtaken", _("A later reminder of the same thing was due as well")


class Reminder(OwnedModel):
    """A planned nudge, at most one per case, rule and cycle. What it says stands in the route version, under `rule`."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case item rule cycle audience due_at state skip_reason mail created_at updated_at"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    rule = models.CharField(_("rule"), max_length=20)
    cycle = models.CharField(_("cycle"), max_length=80, help_text=_("item, day it counts from, days from there"))
    audience = models.CharField(
        _("for whom"), max_length=14, choices=ReminderAudience.choices, default=ReminderAudience.CANDIDATE
    )
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=ReminderState.choices, default=ReminderState.PLANNED)
    skip_reason = models.CharField(_("reason"), max_length=20, choices=SkipReason.choices, blank=True)
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["agency", "case", "rule", "cycle"], name="reminder_once_per_cycle"),
            models.CheckConstraint(condition=Q(state__in=ReminderState.values), name="reminder_state_is_known"),
            models.CheckConstraint(
                condition=Q(audience__in=ReminderAudience.values), name="reminder_audience_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["told", "over"]) | ~Q(audience="candidate"), name="reminder_told_is_for_staff"
            ),
            models.CheckConstraint(
                condition=(Q(state="skipped") & Q(skip_reason__in=SkipReason.values))
                | (~Q(state="skipped") & Q(skip_reason="")),
                name="reminder_skipped_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["gathered", "mailed", "unknown", "failed", "bounced"]) | Q(mail__isnull=False),
                name="reminder_sent_has_a_mail",
            ),
        ]
        indexes = [
            # The sweep asks for every agency at once, so the agency does not lead here.
            models.Index(
                F("due_at"), F("id"), condition=Q(state="planned", audience="candidate"), name="reminder_to_mail"
            ),
            models.Index(
                F("agency"),
                F("due_at"),
                condition=Q(state="planned") & ~Q(audience="candidate"),
                name="reminder_to_tell",
            ),
            models.Index(F("agency"), F("updated_at"), condition=Q(state="told"), name="reminder_told"),
            models.Index(F("case"), F("due_at"), name="reminder_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.cycle}"
