from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from relo.core.fields import BlindIndexField, EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class ReminderPace(models.TextChoices):
    DAILY = "daily", _("When something is due, once a day at most")
    WEEKLY = "weekly", _("Once a week at most")
    OFF = "off", _("No reminders by e-mail")


class Candidate(OwnedModel):
    """The person who relocates. Not a Django user: the portal has its own access."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="language time_zone reminder_pace address_failed_at created_at updated_at",
        personal="given_names family_name chinese_name email date_of_birth nationalities residence_country facts",
        sensitive="passport_number passport_index",
    )

    given_names = models.CharField(_("given names"), max_length=120)
    # Many passports carry one name only; nothing may force a second.
    family_name = models.CharField(_("family name"), max_length=120, blank=True)
    chinese_name = models.CharField(_("Chinese name"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=10, choices=[("en", "English"), ("zh-hans", "简体中文")])
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    reminder_pace = models.CharField(
        _("reminders by e-mail"), max_length=10, choices=ReminderPace.choices, default=ReminderPace.DAILY
    )
    # The mail server said for good that nobody is reached there; nothing more goes to it until the address changes.
    address_failed_at = models.DateTimeField(null=True, blank=True)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    nationalities = models.JSONField(_("nationalities"), default=list, blank=True)
    residence_country = models.CharField(_("country of residence"), max_length=3, blank=True)
    passport_number = EncryptedTextField(_("passport number"), blank=True, default="")
    passport_index = BlindIndexField(of="passport_number")
    facts = models.JSONField(default=dict, blank=True, help_text=_("CandidateFacts of cases.routes.facts"))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(OwnedModel.Meta):
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        constraints = [
            models.UniqueConstraint("agency", Lower("email"), name="candidate_email_once_per_agency"),
            models.CheckConstraint(condition=~Q(given_names=""), name="candidate_has_a_name"),
            models.CheckConstraint(condition=Q(email__contains="@"), name="candidate_email_has_an_at"),
            models.CheckConstraint(
                condition=Q(reminder_pace__in=ReminderPace.values), name="candidate_reminder_pace_is_known"
            ),
        ]
        indexes = [models.Index(Lower("email"), name="candidate_email")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """As in the passport: given names, then the family name if there is one."""
        return f"{self.given_names} {self.family_name}".strip()
