"""A fresh installation for one fault: its database, its processes, and questions put to its rows as nobody's role."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.servers import PostgreSQL, Redis, wait_until
from tests.faults.sink import Sink

ROOT = Path(__file__).resolve().parents[2]
HEALED_WITHIN = 120  # seconds without a hand; promised


@dataclass
class House:
    postgres: PostgreSQL
    redis: Redis
    sink: Sink
    database: str
    log: Path
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "RELO_FAULTS_WITHOUT"},
            "DJANGO_SETTINGS_MODULE": "relo.settings",
            "PUBLIC_URL": "http://localhost",
            "DATABASE_URL": self.postgres.url(self.database, "relo"),
            "MIGRATE_DATABASE_URL": self.postgres.url(self.database, "relo_owner"),
            "REDIS_URL": self.redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "RELO_FAULTS_WITHOUT": os.environ.get("RELO_FAULTS_WITHOUT", ""),
        }

    # --- processes

    def start(self, *command: str, die: str = "", ahead: float = 0, without: str = "") -> "subprocess.Popen[bytes]":
        wrong = [*(["--die", die] if die else []), *(["--ahead", str(ahead)] if ahead else [])]
        wrong += ["--without", without] if without else []
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.child", *wrong, *command],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._children.append(child)
        return child

    def run(self, *command: str, **wrong: Any) -> int:
        return self.start(*command, **wrong).wait(timeout=180)

    def script(self, *arguments: str) -> str:
        """tests.faults.acts in a process of relo's own settings; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.acts", *arguments],
            env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def worker(self, **wrong: Any) -> "subprocess.Popen[bytes]":
        queues = "default,mail,files,packets"
        return self.start(
            "celery", "worker", "-Q", queues, "-P", "solo", "--without-gossip", "--without-mingle", **wrong
        )

    def beat(self) -> "subprocess.Popen[bytes]":
        number = len(self._children)
        return self.start("celery", "beat", "-s", str(self.log.with_name(f"beat{number}")), "--pidfile=")

    def sweeper(self, **wrong: Any) -> "subprocess.Popen[bytes]":
        return self.start("run_outbox", **wrong)

    def stop(self) -> None:
        for child in self._children:
            child.kill()
        for child in self._children:
            child.wait()

    # --- what is in its rows

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self.postgres.connect(self.database) as db:
            return db.execute(statement, values or None).fetchall()

    def one(self, statement: str, *values: object) -> Any:
        return self.rows(statement, *values)[0][0]

    def count(self, table: str, where: str = "true") -> int:
        return int(self.one(f"SELECT count(*) FROM {table} WHERE {where}"))

    def change(self, statement: str) -> None:
        with self.postgres.connect(self.database) as db:
            db.execute(statement)

    def make_due(self) -> None:
        """The next reminder of each case falls due now."""
        self.change(
            "UPDATE cases_reminder SET due_at = now() - interval '1 second' WHERE id IN"
            " (SELECT DISTINCT ON (case_id) id FROM cases_reminder WHERE state = 'planned'"
            " AND audience = 'candidate' ORDER BY case_id, due_at, id)"
        )

    def mails(self) -> dict[str, str]:
        return dict(self.rows("SELECT id::text, state FROM cases_mail"))

    def wait_for_quiet(self, seconds: float = HEALED_WITHIN) -> float:
        """Until nothing is left to do now; mails that are unknown wait for their day."""

        def quiet() -> bool:
            with contextlib.suppress(Exception):  # the database itself may be coming back
                return not (
                    self.count("outbox_outboxmessage", "done_at IS NULL AND dead_at IS NULL AND due_at < now() + '1h'")
                    or self.count("cases_reminder", "state = 'gathered' OR (state = 'planned' AND due_at <= now())")
                )
            return False

        return wait_until(quiet, seconds, "all work is done")

    # --- what must hold after every fault

    def promises_hold(self, *, copies: int = 1) -> None:
        """Nothing lost, nothing doubled, and what nobody can know is shown."""
        assert self.count("outbox_outboxmessage", "done_at IS NULL AND dead_at IS NULL AND due_at < now() + '1h'") == 0
        mails = self.rows("SELECT message_id, state, kind FROM cases_mail WHERE message_id <> ''")
        for message_id, state, _kind in mails:
            taken = self.sink.taken[message_id]
            assert taken <= copies, f"{message_id} went out {taken} times"
            if state == "sent":
                assert taken >= 1, f"{message_id} was never taken and is called sent"
            if taken:
                assert state in ("sent", "unknown"), f"{message_id} went out and is called {state}"
        ours = {message_id for message_id, _state, _kind in mails}
        assert set(self.sink.taken) <= ours, "a mail went out that no row knows of"
        mailed = self.count("cases_reminder", "state IN ('mailed', 'unknown', 'failed')")
        assert mailed == self.count("cases_reminder", "mail_id IS NOT NULL AND state <> 'planned'"), "a reminder hangs"


def reached(process: "subprocess.Popen[bytes]", seconds: float = 60) -> int:
    return process.wait(timeout=seconds)


def pause(seconds: float) -> None:
    time.sleep(seconds)


@contextlib.contextmanager
def fresh_house(postgres: PostgreSQL, redis: Redis, sink: Sink, template: str, name: str, log: Path) -> Iterator[House]:
    with postgres.connect("postgres") as db:
        db.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER relo_owner')
    house = House(postgres, redis, sink, name, log)
    try:
        yield house
    finally:
        house.stop()


def died_by_itself(codes: Sequence[int]) -> bool:
    return all(code == -9 for code in codes)
