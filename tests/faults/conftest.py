import json
import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.house import IS_QUICK, SEEDED, House, Running, fresh_house
from tests.faults.servers import servers
from tests.faults.sink import Sink, sink

# In the environment, so that processes of one run share it.
SEED = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
os.environ["SEED"] = str(SEED)
PEOPLE = 20 if IS_QUICK else 34


def pytest_report_header() -> str:
    return f"faults: SEED={SEED}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.write_line(f"faults: SEED={SEED} repeats this run")


@pytest.fixture
def chance() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Each fault gets a copy of the database that is seeded here."""
    with servers() as (postgres, broker), sink() as mails:
        with postgres.connect("postgres") as db:
            db.execute(f"CREATE DATABASE {SEEDED} OWNER relo_owner")
        house = House(postgres, broker, mails, SEEDED, tmp_path_factory.mktemp("seed") / "log")
        try:
            assert house.run("migrate", "--verbosity=0") == 0, house.log.read_text()[-3000:]
            token = json.loads(house.script("seed", str(PEOPLE)))
            assert house.run("run_outbox", "--once") == 0, house.log.read_text()[-3000:]
        finally:
            house.stop()
        yield Running(postgres, broker, token)


@pytest.fixture
def mails() -> Iterator[Sink]:
    with sink() as server:
        yield server


@pytest.fixture
def house(running: Running, mails: Sink, tmp_path: Path) -> Iterator[House]:
    with fresh_house(running, mails, f"fault_{secrets.token_hex(4)}", tmp_path / "log") as made:
        running.redis.flush()
        yield made
