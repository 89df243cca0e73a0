from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.mail import MailState
from relo.core.models import OwnedModel, Privacy, privacy


class MorningMail(OwnedModel):
    """What needed a member of the staff on one morning, as one e-mail. Its words are written when it is sent, and are
    not kept; `lines` says how many there were.

    As with every mail, `sending` and the Message-ID are committed before the mail server is spoken to.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="user local_day state lines message_id attempts error created_at sending_at sent_at"
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    local_day = models.DateField(_("day"))  # in the agency's time zone
    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    message_id = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=40, blank=True)  # a code; servers quote addresses in their texts
    created_at = models.DateTimeField(_("created"))
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("morning mail")
        verbose_name_plural = _("morning mails")
        constraints = [
            models.UniqueConstraint(fields=["agency", "user", "local_day"], name="morning_mail_once_a_day"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="morning_mail_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unknown"])
                | (Q(sending_at__isnull=False) & ~Q(message_id="")),
                name="morning_mail_has_an_id_before_it_goes",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="morning_mail_sent_has_a_time"
            ),
        ]
        indexes = [models.Index(F("agency"), F("local_day").desc(), F("id").desc(), name="morning_mail_list")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.local_day}"
