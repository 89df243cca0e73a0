from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from relo.accounts.models import ApiToken
from relo.core.models import OwnedModel, Privacy, privacy


class IdempotentReply(OwnedModel):
    """What a POST with an Idempotency-Key answered, to answer the same again instead of acting twice."""

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="token key request_sha256 status created_at", personal="body"
    )

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta(OwnedModel.Meta):
        verbose_name = _("idempotent reply")
        verbose_name_plural = _("idempotent replies")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="reply_once_per_token_and_key")]
        indexes = [models.Index(fields=["created_at"], name="reply_by_age")]
