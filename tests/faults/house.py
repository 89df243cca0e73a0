"""A fresh installation for one fault: its database, its processes, and questions put to its rows as nobody's role."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.servers import PostgreSQL, Redis, wait_until
from tests.faults.sink import Sink
from tests.smtp import free_port

ROOT = Path(__file__).resolve().parents[2]
HEALED_WITHIN = 120  # seconds without a hand; promised
IS_QUICK = bool(os.environ.get("RELO_FAULTS_QUICK"))  # leases and sweeps in seconds, for CI; see child.hurry
SEEDED = "seeded"


@dataclass(frozen=True)
class Running:
    """Servers, the database SEEDED in them, and the token of a program of its agency."""

    postgres: PostgreSQL
    redis: Redis
    token: str


@dataclass
class House:
    postgres: PostgreSQL
    redis: Redis
    sink: Sink
    database: str
    log: Path
    token: str = ""  # of a program, for the API
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "relo.settings",
            "PUBLIC_URL": "http://localhost",
            "DATABASE_URL": self.postgres.url(self.database, "relo"),
            "MIGRATE_DATABASE_URL": self.postgres.url(self.database, "relo_owner"),
            "REDIS_URL": self.redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
        }

    # --- processes

    def start(self, *command: str, **wrong: object) -> "subprocess.Popen[bytes]":
        """`wrong`: what tests.faults.child does to it, as `die`, `ahead`, `lease`."""
        options = [part for name, value in wrong.items() for part in (f"--{name}", str(value))]
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.child", *options, *command],
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # with whatever it starts itself
            )
        self._children.append(child)
        return child

    def run(self, *command: str, **wrong: Any) -> int:
        return self.start(*command, **wrong).wait(timeout=180)

    def script(self, *arguments: str) -> str:
        """tests.faults.acts in a process of relo's own settings; what it gave back, as JSON."""
        return self._acted(arguments).stdout.splitlines()[-1]

    def script_with_log(self, *arguments: str) -> str:
        """As `script`; what it logged."""
        return self._acted(arguments).stderr

    def _acted(self, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.acts", *arguments],
            env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done

    def worker(self, **wrong: Any) -> "subprocess.Popen[bytes]":
        queues = "default,mail,files,packets"
        alone = ["-P", "solo", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        return self.start("celery", "worker", "-Q", queues, *alone, **wrong)

    def beat(self) -> "subprocess.Popen[bytes]":
        number = len(self._children)
        place = str(self.log.with_name(f"beat{number}"))
        return self.start("celery", "beat", "-s", place, "--pidfile=", "--loglevel", "INFO")

    def sweeper(self, **wrong: Any) -> "subprocess.Popen[bytes]":
        return self.start("run_outbox", **wrong)

    def web(self) -> int:
        """The web server as README starts it; its port."""
        port = free_port()
        options = ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
        self.start("gunicorn", "relo.wsgi", *options)

        def answers() -> bool:
            with contextlib.suppress(OSError, http.client.HTTPException):
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                line.request("GET", "/health/live/", headers={"Host": "localhost"})
                return line.getresponse().status == 200
            return False

        wait_until(answers, 60, "the web server answers")
        return port

    def stop(self) -> None:
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        for child in self._children:
            child.wait()

    # --- what its processes wrote

    def logged(self, line: str) -> int:
        return self.log.read_text(errors="replace").count(line) if self.log.exists() else 0

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

    def make_due(self) -> int:
        """The next reminder of each case falls due now; how many."""
        self.change(
            "UPDATE cases_reminder SET due_at = now() - interval '1 second' WHERE id IN"
            " (SELECT DISTINCT ON (case_id) id FROM cases_reminder WHERE state = 'planned'"
            " AND audience = 'candidate' ORDER BY case_id, due_at, id)"
        )
        return self.count("cases_reminder", "state = 'planned' AND due_at <= now()")

    def leave_one_person(self) -> None:
        """Nobody else is reminded of anything."""
        self.change(
            "DELETE FROM cases_reminder WHERE case_id <> (SELECT id FROM cases_case ORDER BY reference LIMIT 1)"
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

    def promises_hold(self) -> None:
        """Nothing lost, nothing doubled but a decision once, and what nobody can know is shown."""
        assert self.count("outbox_outboxmessage", "done_at IS NULL AND dead_at IS NULL AND due_at < now() + '1h'") == 0
        mails = self.rows("SELECT message_id, state, kind FROM cases_mail WHERE message_id <> ''")
        for message_id, state, kind in mails:
            taken, copies = self.sink.taken[message_id], 2 if kind == "decision" else 1
            assert taken <= copies, f"{message_id} went out {taken} times"
            if state == "sent":
                assert taken >= 1, f"{message_id} was never taken and is called sent"
            if taken:
                assert state in ("sent", "unknown"), f"{message_id} went out and is called {state}"
        ours = {message_id for message_id, _state, _kind in mails}
        assert set(self.sink.taken) <= ours, "a mail went out that no row knows of"
        astray = self.rows(
            "SELECT r.state, m.state FROM cases_reminder r LEFT JOIN cases_mail m ON m.id = r.mail_id"
            " WHERE (r.state IN ('mailed', 'unknown', 'failed') AND r.state <>"
            " coalesce(CASE m.state WHEN 'sent' THEN 'mailed' ELSE m.state END, 'none')) OR r.state = 'gathered'"
        )
        assert not astray, f"reminders say other than their mails: {astray}"
        untold = self.count(
            "cases_mail m", "state IN ('sent', 'failed') AND NOT EXISTS (SELECT FROM cases_caseevent e"
            " WHERE e.kind = 'mail.' || m.state AND e.data ->> 'mail' = m.id::text)",
        )  # fmt: skip
        assert untold == 0, f"of {untold} mails the timeline says nothing"
        unheard = self.count(
            "cases_caseevent e", "kind = ANY(ARRAY['case.opened', 'item.waived', 'item.submitted', 'case.changed'])"
            " AND NOT EXISTS (SELECT FROM outbox_outboxmessage o WHERE o.key = 'event:' || e.id)",
        )  # fmt: skip
        assert unheard == 0, f"{unheard} events left no work behind"


def pause(seconds: float) -> None:
    time.sleep(seconds)


@contextlib.contextmanager
def fresh_house(running: Running, sink: Sink, name: str, log: Path) -> Iterator[House]:
    """With a database of its own, copied from the seeded one."""
    with running.postgres.connect("postgres") as db:
        db.execute(f'CREATE DATABASE "{name}" TEMPLATE "{SEEDED}" OWNER relo_owner')
    house = House(running.postgres, running.redis, sink, name, log, running.token)
    try:
        yield house
    finally:
        house.stop()
        with contextlib.suppress(psycopg.OperationalError), running.postgres.connect("postgres") as db:
            db.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
