"""What has had its time is removed: rooms above name their old rows in settings.OLD_ROWS."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from relo.core import clock
from relo.core.scoping import system_scope

log = logging.getLogger(__name__)

BATCH = 500  # one short transaction each: nobody waits long for a lock

OldRows = Callable[[datetime], QuerySet[Any]]


def purge_old_rows() -> dict[str, int]:
    """How many rows went, by model. Running it twice, or two at once, removes nothing else."""
    removed: dict[str, int] = {}
    with system_scope("rows grow old in every agency"):
        for path in settings.OLD_ROWS:
            old_rows: OldRows = import_string(path)
            rows = old_rows(clock.now())
            name = rows.model._meta.label
            while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
                _all, by_model = rows.filter(pk__in=ids).delete()
                removed[name] = removed.get(name, 0) + by_model.get(name, 0)
                if not by_model.get(name):  # somebody else is at it
                    break
    log.info("rows.purged", extra={"removed": removed})
    return removed
