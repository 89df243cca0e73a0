import os
import random
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.house import House, fresh_house
from tests.faults.servers import PostgreSQL, Redis, servers
from tests.faults.sink import Sink, sink

SEED = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
PEOPLE = 24


def pytest_report_header() -> str:
    return f"faults: SEED={SEED}"


@pytest.fixture
def chance() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - to be repeated, not to be secret


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgreSQL, Redis]]:
    """Servers, and a database `seeded` that each fault gets a copy of."""
    with servers() as (postgres, broker), sink() as mails:
        with postgres.connect("postgres") as db:
            db.execute("CREATE DATABASE seeded OWNER relo_owner")
        house = House(postgres, broker, mails, "seeded", tmp_path_factory.mktemp("seed") / "log")
        try:
            assert house.run("migrate", "--verbosity=0") == 0, house.log.read_text()[-3000:]
            house.script("seed", str(PEOPLE))
            assert house.run("run_outbox", "--once") == 0, house.log.read_text()[-3000:]
        finally:
            house.stop()
        yield postgres, broker


@pytest.fixture
def mails() -> Iterator[Sink]:
    with sink() as server:
        yield server


@pytest.fixture
def house(running: tuple[PostgreSQL, Redis], mails: Sink, tmp_path: Path, request: Any) -> Iterator[House]:
    postgres, broker = running
    name = f"fault_{secrets.token_hex(4)}"
    with fresh_house(postgres, broker, mails, "seeded", name, tmp_path / "log") as made:
        broker.flush()
        yield made
