"""How a candidate gets in: a request, a link with a code, a session. Read without a scope: they decide the scope."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from relo.core.counting import Count
from relo.core.fields import EncryptedTextField
from relo.core.models import Privacy, privacy


class SignInRequest(models.Model):
    """Somebody typed an address. The row is the same whether anybody is known by it or not."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id browser_digest tries requested_at", personal="email masked_email"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = EncryptedTextField(blank=True, default="")  # emptied once it was looked up
    masked_email = models.CharField(max_length=260)
    browser_digest = models.CharField(max_length=64)
    # Codes typed in this browser since; counted here, for an address that nobody is known by has no code.
    tries = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign-in request")
        verbose_name_plural = _("sign-in requests")
        indexes = [models.Index(F("browser_digest"), F("requested_at").desc(), name="sign_in_of_browser")]


class SignInCount(Count):
    """How often somebody asked for one address, from one network or by one link, since the first time in the hour."""

    class Meta:
        verbose_name = _("sign-in count")
        verbose_name_plural = _("sign-in counts")


class SignInCode(models.Model):
    """What one mail carried: a link and a six-digit code, either of which signs in once. Only digests are kept.

    Without a request it was made at the shell, is bound to no browser, and has no code.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id request agency candidate language link_digest code_digest issued_at expires_at used_at"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(SignInRequest, on_delete=models.CASCADE, null=True, related_name="codes")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey("cases.Candidate", on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)
    link_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        constraints = [
            models.UniqueConstraint(fields=["request", "candidate"], name="code_once_per_request_and_candidate")
        ]


class PortalSession(models.Model):
    """A signed-in browser. Deleting nothing: an ended session keeps its row and opens no more."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id agency candidate key_digest started_at last_seen_at expires_at ended_at"
    )

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    candidate = models.ForeignKey("cases.Candidate", on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("portal session")
        verbose_name_plural = _("portal sessions")
        indexes = [models.Index(F("candidate"), condition=models.Q(ended_at=None), name="session_of_candidate")]


class WithdrawnAccess(models.Model):
    """While this row is there, no session of the candidate counts and no mail lets them in."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="id agency candidate withdrawn_at")

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    candidate = models.OneToOneField("cases.Candidate", on_delete=models.CASCADE, related_name="+")
    withdrawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("withdrawn access")
        verbose_name_plural = _("withdrawn accesses")
