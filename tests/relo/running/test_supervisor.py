"""The supervisor in a process of its own, and what becomes of its children when either is hurt."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relo.running.supervisor import GRACE_SECONDS
from tests.relo.running.processes import alive, eventually, processes_with

CALM = 'echo $$ >>"$FOLDER/pids"; sleep 600 & wait'  # a child with a child of its own
STUBBORN = 'trap "touch $FOLDER/asked" TERM; echo $$ >>"$FOLDER/pids"; while :; do sleep 1; done'
CRASHES_AT_ONCE = 'echo "no such table: route"; exit 3'


@contextmanager
def supervisor_of(script: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.relo.running.supervised", str(folder), script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        try:
            yield supervisor
        finally:
            supervisor.kill()


def started(folder: Path, count: int = 1) -> list[int]:
    """The process ids of the first `count` starts."""
    file = folder / "pids"
    eventually(lambda: file.exists() and len(file.read_text().split()) >= count)
    return [int(pid) for pid in file.read_text().split()]


def test_a_killed_service_is_started_again_and_said_so(tmp_path: Path) -> None:
    with supervisor_of(CALM, tmp_path) as supervisor:
        (first,) = started(tmp_path)
        os.kill(first, signal.SIGKILL)
        second = started(tmp_path, 2)[1]

        assert alive(second)
        assert supervisor.stdout
        assert "sleeper stopped (killed by SIGKILL); starting it again in 0 s" in supervisor.stdout.readline()


def test_nothing_is_left_after_a_stop(tmp_path: Path) -> None:
    with supervisor_of(CALM, tmp_path) as supervisor:
        started(tmp_path)
        supervisor.terminate()
        said, _ = supervisor.communicate(timeout=15)

    assert said == "stopped on request\n"
    assert supervisor.returncode == 0
    assert processes_with(f"FOLDER={tmp_path}") == []


def test_a_service_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    with supervisor_of(STUBBORN, tmp_path) as supervisor:
        started(tmp_path)
        supervisor.send_signal(signal.SIGINT)
        eventually((tmp_path / "asked").exists)
        asked_at = time.monotonic()
        supervisor.send_signal(signal.SIGINT)  # a second ctrl-C does not wait
        supervisor.communicate(timeout=15)

    assert time.monotonic() - asked_at < GRACE_SECONDS / 2
    assert processes_with(f"FOLDER={tmp_path}") == []


def test_nothing_is_left_after_the_supervisor_itself_is_killed(tmp_path: Path) -> None:
    with supervisor_of(CALM, tmp_path) as supervisor:
        started(tmp_path)
        supervisor.kill()
        supervisor.wait()

        eventually(lambda: processes_with(f"FOLDER={tmp_path}") == [])


def test_a_service_ends_even_when_nobody_is_left_to_end_it(tmp_path: Path) -> None:
    with supervisor_of("exec sleep 600", tmp_path) as supervisor:
        (service,) = eventually(lambda: processes_with(f"FOLDER={tmp_path}"))
        for pid in Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children").read_text().split():
            if int(pid) != service:
                os.kill(int(pid), signal.SIGKILL)  # the guard
        supervisor.kill()
        supervisor.wait()

        eventually(lambda: not alive(service))


def test_a_service_that_ignores_the_request_does_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    with supervisor_of(STUBBORN, tmp_path) as supervisor:
        started(tmp_path)
        supervisor.kill()
        supervisor.wait()

        eventually(lambda: processes_with(f"FOLDER={tmp_path}") == [])


def test_a_service_that_keeps_crashing_ends_it_all_with_the_reason(tmp_path: Path) -> None:
    with supervisor_of(CRASHES_AT_ONCE, tmp_path) as supervisor:
        said, _ = supervisor.communicate(timeout=60)

    assert said.splitlines()[-1].startswith(
        "sleeper stopped 5 times within a minute (exit status 3): no such table: route"
    )
    assert processes_with(f"FOLDER={tmp_path}") == []
