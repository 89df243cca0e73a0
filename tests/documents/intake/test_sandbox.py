from __future__ import annotations

import ctypes
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from documents.intake import sandbox
from documents.intake.sandbox import Outcome, SandboxError, run_limited
from documents.intake.walls import Limits

JOBS = "tests.documents.intake.hostile_jobs"
SHORT = Limits(cpu_seconds=1, wall_seconds=10.0)


@pytest.fixture
def file() -> Iterator[int]:
    made = os.memfd_create("test")
    os.write(made, b"Eriksson")
    yield made
    os.close(made)


OF_FILES = {"read a file", "read the parent's environment", "write a file", "list a folder"}


def kernel_can_shut_files_off() -> bool:
    return bool(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) >= 1)  # Landlock's version


def children() -> set[str]:
    return {child for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()}


def run(job: str, file: int, limits: Limits = SHORT) -> Outcome:
    return run_limited(f"{JOBS}:{job}", file, limits)


def test_a_job_reads_its_file_and_nothing_of_our_environment(file: int) -> None:
    outcome = run("read", file)

    assert outcome.ended == "answered"
    assert outcome.answer["bytes"] == len(b"Eriksson")
    assert set(outcome.answer["environment"]) <= {"LC_CTYPE"}  # type: ignore[call-overload]


def test_nothing_outside_its_file_is_within_reach(file: int) -> None:
    outcome = run("reach_out", file)

    assert outcome.ended == "answered"
    assert {"limits", "dies_with_parent", "no_new_privileges", "no_capabilities", "system_calls"} <= set(outcome.walls)
    assert ("no_files" in outcome.walls) == kernel_can_shut_files_off()
    expected = set(outcome.answer) if "no_files" in outcome.walls else set(outcome.answer) - OF_FILES
    assert {what for what, refused in outcome.answer.items() if refused} >= expected


def test_threads_may_start_up_to_the_limit(file: int) -> None:
    started = run("start_threads", file).answer["started"]

    assert isinstance(started, int) and 8 <= started < 64


def test_the_limits_are_those_that_were_promised() -> None:
    limits = Limits()

    assert (limits.memory, limits.cpu_seconds, limits.wall_seconds, limits.processes) == (1 << 30, 60, 90.0, 64)
    assert limits.file_bytes == 0  # where nothing is to be made, nothing can be written


def test_without_a_wall_before_the_network_nothing_is_opened(file: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Path(__file__).with_name("bare_child.py")
    monkeypatch.setattr(sandbox, "_CHILD", bare)

    with pytest.raises(SandboxError, match="neither an empty network namespace nor a filter"):
        run("read", file)


@pytest.mark.parametrize(
    ("job", "ended", "limits"),
    [
        ("take_memory", "memory", SHORT),
        ("never_end", "cpu", SHORT),
        ("sleep", "wall_clock", replace(SHORT, wall_seconds=1.0)),
        ("hang_up_and_sleep", "wall_clock", replace(SHORT, wall_seconds=1.0)),
        ("crash", "signal", SHORT),
        ("talk", "answer", SHORT),
        ("talk_nonsense", "answer", SHORT),
    ],
)
def test_whatever_becomes_of_the_child_the_parent_goes_on(job: str, ended: str, limits: Limits, file: int) -> None:
    before, began = children(), time.monotonic()

    outcome = run(job, file, limits)

    assert outcome.ended == ended
    assert outcome.answer == {}
    assert time.monotonic() - began < 6
    assert children() == before


def test_a_fault_is_told_without_the_words_of_the_file(file: int) -> None:
    outcome = run("fail", file)

    assert outcome.ended == "exception"
    assert outcome.trace["fault"] == "ValueError"
    assert "hostile_jobs.py" in str(outcome.trace["at"])
    assert "Eriksson" not in repr(outcome)


def test_a_child_that_never_reached_the_file_is_our_fault_not_the_files(file: int) -> None:
    with pytest.raises(SandboxError, match="no_such_module"):
        run_limited("no_such_module:job", file, SHORT)


def test_threads_and_daemonic_workers_can_call_it(file: int) -> None:
    ended: list[str] = []
    thread = threading.Thread(target=lambda: ended.append(run("read", file).ended))
    thread.start()
    thread.join()
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    worker = fork.Process(target=lambda: answers.put(run("read", file).ended), daemon=True)
    worker.start()
    worker.join(20)

    assert ended == ["answered"]
    assert answers.get() == "answered"


def test_starting_a_child_is_quick_enough_for_a_request(file: int) -> None:
    began = time.monotonic()

    run_limited("documents.intake.pdf:inspect", file, SHORT)

    assert time.monotonic() - began < 3  # 0.1 s on an idle machine
