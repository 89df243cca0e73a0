"""What nobody needs any more."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from cases.models import MorningMail

KEPT = timedelta(days=90)


def morning_mails(now: datetime) -> QuerySet[MorningMail]:
    return MorningMail.objects.filter(created_at__lt=now - KEPT)
