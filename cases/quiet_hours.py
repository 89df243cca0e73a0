"""When a mail may reach a candidate: between two hours of the day where they live. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.reminders import instant

DAY = timedelta(days=1)


def quiet_until(now: datetime, zone: ZoneInfo, first_hour: int, end_hour: int) -> datetime | None:
    """When the quiet hours of this moment end; None outside of them. `end_hour` is quiet already, and may be 24."""
    local = now.astimezone(zone)
    if first_hour <= local.hour < end_hour:
        return None
    day = local.date() if local.hour < first_hour else local.date() + DAY
    return instant(day, time(first_hour), zone)
