"""Passports a person held before. The one in use stands with the candidate."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from cases.models.candidate import Candidate
from relo.core.fields import EncryptedTextField
from relo.core.models import OwnedModel, Privacy, privacy


class FormerPassport(OwnedModel):
    """What was filled in, issued or handed in until `replaced_on` carries this number."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="candidate noted_by noted_at", personal="issued_on expires_on authority replaced_on", sensitive="number"
    )

    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="former_passports")
    number = EncryptedTextField(_("passport number"), blank=True, default="")
    issued_on = models.DateField(_("date of issue"), null=True, blank=True)
    expires_on = models.DateField(_("date of expiry"), null=True, blank=True)
    authority = EncryptedTextField(_("issuing authority"), blank=True, default="")
    replaced_on = models.DateField(_("replaced on"))
    noted_by = models.CharField(max_length=80, editable=False)
    noted_at = models.DateTimeField(editable=False)

    class Meta(OwnedModel.Meta):
        verbose_name = _("former passport")
        verbose_name_plural = _("former passports")
        indexes = [models.Index(F("candidate"), F("noted_at").desc(), name="former_passport_of_candidate")]
