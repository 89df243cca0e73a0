"""Stored replies that have had their time: after it a key counts as new."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from relo.api.models import IdempotentReply

REPLIES_STAY = timedelta(days=1)


def replies(now: datetime) -> QuerySet[IdempotentReply]:
    return IdempotentReply.objects.filter(created_at__lt=now - REPLIES_STAY)
