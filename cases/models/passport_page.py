"""What the data page of a passport says and the case does not: proposed, until a person takes it over or lets it be."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class PageField(models.TextChoices):
    FAMILY_NAME = "family_name", _("Family name")
    GIVEN_NAMES = "given_names", _("Given names")
    NUMBER = "number", _("Passport number")
    DATE_OF_BIRTH = "date_of_birth", _("Date of birth")
    EXPIRES_ON = "expires_on", _("Expiry of the passport")


class ProposalState(models.TextChoices):
    OPEN = "open", _("Proposed")
    ACCEPTED = "accepted", _("Taken over")
    DISMISSED = "dismissed", _("Left as it was")


class PassportProposal(OwnedModel):
    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="case field state proposed_by proposed_at decided_by decided_at", sensitive="told known"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="passport_proposals")
    field = models.CharField(_("what"), max_length=20, choices=PageField.choices)
    told = EncryptedTextField(_("as in the passport"))  # a day in ISO 8601
    known = EncryptedTextField(_("as in the case when it was proposed"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    proposed_by = models.CharField(max_length=80, editable=False)
    proposed_at = models.DateTimeField(editable=False)
    decided_by = models.CharField(max_length=80, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "field"], condition=Q(state="open"), name="passport_proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="passport_proposal_decided_has_a_time",
            ),
        ]
