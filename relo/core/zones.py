"""Which time zones there are, and those that people are offered."""

from functools import cache
from zoneinfo import available_timezones


def is_time_zone(name: str) -> bool:
    """`localtime` is whatever this machine thinks."""
    return name != "localtime" and name in available_timezones()


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    places = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]
