"""What has been done for a while. Dead messages stay until somebody has looked at them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from relo.outbox.models import OutboxMessage

KEPT = timedelta(days=30)  # longer than anything is heard of twice


def done(now: datetime) -> QuerySet[Any]:
    return OutboxMessage.objects.filter(done_at__lt=now - KEPT)
