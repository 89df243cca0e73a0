"""How often something may happen within a time. Counted in the database, one at a time: for all processes, and beyond a
restart. Each room that counts has a table of its own."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F

from relo.core.models import Privacy, privacy


class Count(models.Model):
    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(none="key asked since")

    key = models.CharField(max_length=64, primary_key=True)  # keyed digest: counts without keeping addresses
    asked = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        abstract = True


def count(rows: type[Any], key: str, *, most: int, within: timedelta, now: datetime) -> timedelta | None:
    """One more; or how long to wait, and it is not counted. Inside the transaction of what is counted: what is rolled
    back does not count."""
    row = None
    while row is None:  # an old row may be purged before it is locked; the next one is ours
        rows.objects.bulk_create([rows(key=key, since=now)], ignore_conflicts=True)
        row = rows.objects.select_for_update().filter(pk=key).first()
    if row.since <= now - within:
        row.asked, row.since = 0, now
    if row.asked >= most:
        wait: timedelta = row.since + within - now
        return wait
    row.asked += 1
    row.save(update_fields=["asked", "since"])
    return None


def count_back(rows: type[Any], key: str) -> None:
    """It should not have counted."""
    rows.objects.filter(pk=key, asked__gt=0).update(asked=F("asked") - 1)
