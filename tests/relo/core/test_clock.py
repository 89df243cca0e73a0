"""The clock can be set back for sample data, and for nothing else."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from relo.core import clock

ROOT = Path(__file__).resolve().parents[3]


def test_inside_the_block_it_is_that_moment_and_afterwards_it_is_now() -> None:
    moment = datetime(2026, 3, 1, 23, 30, tzinfo=ZoneInfo("UTC"))

    with clock.at(moment):
        assert clock.now() == moment
        assert (str(clock.today("UTC")), str(clock.today("Asia/Shanghai"))) == ("2026-03-01", "2026-03-02")
        with clock.at(moment + timedelta(hours=1)):
            assert clock.now() == moment + timedelta(hours=1)
        assert clock.now() == moment

    assert clock.now() > moment + timedelta(days=100)


def test_a_failure_inside_does_not_leave_the_clock_behind() -> None:
    with pytest.raises(LookupError), clock.at(datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC"))):
        raise LookupError

    assert clock.now().year > 2025 and clock.now() > datetime(2026, 3, 2, tzinfo=ZoneInfo("UTC"))


def test_nothing_can_be_made_to_have_happened_in_the_future() -> None:
    with pytest.raises(ValueError, match="future"), clock.at(clock.now() + timedelta(minutes=1)):
        pass


def test_only_the_sample_data_sets_it() -> None:
    users = {
        str(path.relative_to(ROOT))
        for room in ("relo", "cases", "documents")
        for path in (ROOT / room).rglob("*.py")
        if "clock.at(" in path.read_text()
    }

    assert users == {"documents/demo/clockwork.py"}
