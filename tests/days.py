"""Days as an agency of the tests counts them: for eight hours of the twenty-four its date is not that of UTC."""

from datetime import date, timedelta

from relo.core import clock

ZONE = "Asia/Shanghai"


def in_days(days: int) -> date:
    return clock.today(ZONE) + timedelta(days=days)
