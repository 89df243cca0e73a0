from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.candidate import Candidate
from cases.models.case import Case
from relo.core.models import OwnedModel, Privacy, privacy


class MailKind(models.TextChoices):
    REMINDER = "reminder", _("Reminder")
    DECISION = "decision", _("Decision")
    CHANGE = "change", _("Change of rules")
    PACKET = "packet", _("Packet to look at")


class MailState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Not known whether it arrived")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Came back")
    SKIPPED = "skipped", _("Not sent: no longer needed")


class Mail(OwnedModel):
    """One e-mail to a candidate. Its words are written when it is sent, and neither they nor the address are kept; only
    what a person wrote about changed rules is, once for all it went to.

    `sending` and the Message-ID are committed before the mail server is spoken to. A mail found in `sending` therefore
    may have gone out.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none=(
            "candidate case change_message kind language local_day state message_id attempts repeats error up_to_event"
            " created_at sending_at sent_at"
        )
    )

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="mails")
    # Empty for reminders: they gather all cases of the candidate, and each reminder names its own.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    # Of a mail about changed rules: what a person wrote.
    change_message = models.ForeignKey(
        "cases.ChangeMessage", on_delete=models.PROTECT, null=True, blank=True, related_name="mails"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MailKind.choices)
    language = models.CharField(_("language"), max_length=10)
    local_day = models.DateField(_("day"))  # in the candidate's time zone
    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    message_id = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Times it was sent once more because nobody knew whether it had arrived.
    repeats = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=40, blank=True)  # a code; servers quote addresses in their texts
    # Of a mail that tells of events: the last of them. Later ones need another mail.
    up_to_event = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "candidate", "local_day"],
                condition=Q(kind="reminder") & ~Q(state="skipped"),
                name="mail_of_reminders_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["agency", "case", "up_to_event"],
                condition=Q(kind__in=["decision", "packet"]),
                name="mail_of_event_once",
            ),
            models.UniqueConstraint(fields=["case", "change_message"], name="mail_of_message_once"),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="mail_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_is_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=["decision", "packet"]) | Q(case__isnull=False, up_to_event__isnull=False),
                name="mail_of_event_has_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unknown", "bounced"])
                | (Q(sending_at__isnull=False) & ~Q(message_id="")),
                name="mail_has_an_id_before_it_goes",
            ),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="mail_sent_has_a_time"),
        ]
        indexes = [
            models.Index(F("candidate"), F("created_at").desc(), name="mail_of_candidate"),
            models.Index(
                F("agency"),
                F("created_at").desc(),
                condition=Q(state__in=["unknown", "failed", "bounced"]),
                name="mail_to_look_at",
            ),
        ]
