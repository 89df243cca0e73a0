from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.candidate import Candidate
from cases.models.mail import Mail
from relo.core.models import OwnedModel, Privacy, privacy


class BounceKind(models.TextChoices):
    HARD = "hard", _("Came back: nobody is reached there")
    SOFT = "soft", _("Came back for now")
    COMPLAINT = "complaint", _("Reported as spam by its reader")


class MailBounce(OwnedModel):
    """A report that an e-mail came back. Of its words its code alone is kept. Without a mail it named an address."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="candidate mail kind code at heard_at")

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="bounces")
    mail = models.ForeignKey(Mail, on_delete=models.PROTECT, null=True, blank=True, related_name="bounces")
    kind = models.CharField(_("kind"), max_length=10, choices=BounceKind.choices)
    code = models.CharField(_("code"), max_length=12, blank=True)  # such as 5.1.1
    at = models.DateTimeField()
    heard_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("e-mail that came back")
        verbose_name_plural = _("e-mails that came back")
        constraints = [
            models.UniqueConstraint(
                fields=["mail", "kind"], condition=Q(mail__isnull=False), name="bounce_of_mail_once_per_kind"
            ),
            models.CheckConstraint(condition=Q(kind__in=BounceKind.values), name="bounce_kind_is_known"),
        ]
        indexes = [models.Index(F("candidate"), F("at").desc(), name="bounce_of_candidate")]
