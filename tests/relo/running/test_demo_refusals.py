"""`make demo` where it cannot run: one line with the cure, and nothing left behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from relo.running.place import listen, lock, prepare_folder, wanted_port
from relo.running.refusal import CannotRun
from tests.relo.running.processes import processes_with


def demo(**settings: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "relo.running"]
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    return subprocess.run(
        command, env={**environment, **settings}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_taken_port_is_one_line_and_leaves_nothing_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        ended = demo(RELO_VAR=str(tmp_path), PORT=str(port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {port} is taken by another program. Choose another, such as: make demo PORT=")
    assert (ended.stderr.count("\n"), ended.stdout) == (1, "")
    assert processes_with(f"RELO_VAR={tmp_path}") == []


def test_a_second_demo_in_one_folder_says_who_runs_the_first(tmp_path: Path) -> None:
    held = lock(prepare_folder(tmp_path))
    ended = demo(RELO_VAR=str(tmp_path), PORT="0")
    os.close(held)

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"A demo already runs in {tmp_path} (process {os.getpid()}): stop that one first")
    assert (ended.stderr.count("\n"), ended.stdout) == (1, "")
    assert not (tmp_path / "env").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    ended = demo(RELO_VAR=str(tmp_path / "var"))

    assert ended.returncode == 1
    assert "cannot be written (File exists)" in ended.stderr
    assert (ended.stderr.count("\n"), ended.stdout) == (1, "")


@pytest.mark.parametrize("text", ["abc", "-1", "70000", "80.5", "８０００"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(CannotRun, match="is no port"):
        wanted_port({"PORT": text})


def test_the_port_stays_taken_while_web_is_away() -> None:
    with listen(0) as listener, pytest.raises(CannotRun, match="is taken"):
        listen(listener.getsockname()[1])
