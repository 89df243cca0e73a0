"""Work in a process beside: its result, what it raised, how it ended, and that nothing of it is left."""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from documents.packets import beside as module
from documents.packets.beside import beside
from documents.packets.errors import PacketFailed, WorkLost
from documents.packets.text import Text

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _forks(monkeypatch):
    """Whatever else runs beside the tests."""
    monkeypatch.setattr(module, "has_threads", lambda: False)


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def test_the_result_comes_from_another_process():
    with beside(lambda: [os.getpid(), "done"]) as result:
        where, what = result()

    assert where != os.getpid() and what == "done"


def test_what_it_raised_is_raised_here_with_its_place_and_cure():
    def work() -> None:
        try:
            raise KeyError("a name of a candidate")
        except KeyError as error:
            raise PacketFailed("document_damaged", Text("Ask for it once more.", "请重新提交。"), "d1") from error

    with pytest.raises(PacketFailed) as failed, beside(work) as result:
        result()

    assert (failed.value.code, failed.value.document_id) == ("document_damaged", "d1")
    assert failed.value.detail == Text("Ask for it once more.", "请重新提交。")
    assert failed.value.trace.startswith("KeyError at test_beside.py:") and "candidate" not in failed.value.trace


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (OSError(28, "No space left on device"), "no_room"),
        (KeyError("a name of a candidate"), "build_broken"),
        (MemoryError(), "memory_ran_out"),
    ],
)
def test_any_fault_comes_to_a_failure_with_its_place_and_none_of_its_words(fault, code):
    def work() -> None:
        raise fault

    with pytest.raises(WorkLost) as lost, beside(work) as result:
        result()

    assert lost.value.code == code and "candidate" not in lost.value.trace
    if code != "memory_ran_out":
        assert lost.value.trace.startswith(f"{type(fault).__name__} at beside.py:")
        assert "test_beside.py:" in lost.value.trace


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGXCPU, "time_ran_out"), (signal.SIGKILL, "build_broken")])
def test_how_it_ended_is_told_where_it_gives_no_answer(signum, code):
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signum)

    with pytest.raises(WorkLost) as lost, beside(work) as result:
        result()

    assert lost.value.code == code


def test_nothing_is_left_of_it_when_nobody_waits_for_its_result():
    before, files = children(), len(os.listdir("/proc/self/fd"))

    with pytest.raises(ZeroDivisionError), beside(lambda: threading.Event().wait(60)):
        raise ZeroDivisionError

    assert children() == before
    assert len(os.listdir("/proc/self/fd")) == files


def test_where_there_are_threads_nothing_is_forked(monkeypatch):
    monkeypatch.undo()
    waits = threading.Event()
    other = threading.Thread(target=waits.wait)
    other.start()
    try:
        with beside(os.getpid) as result:
            assert result() == os.getpid()
    finally:
        waits.set()
        other.join()


@pytest.mark.parametrize("has_threads", [False, True])
def test_the_warm_process_shares_its_fonts_only_where_no_thread_belongs_to_them(has_threads):
    """A thread that a fork has not would be waited for until the build's time is over."""
    script = f"""
import sys, threading, time
sys.path.insert(0, {str(ROOT)!r})
if {has_threads}:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
from documents.packets.child import warm_up
from documents.packets.face import packet_fonts
warm_up()
print(packet_fonts.cache_info().currsize, flush=True)
import os
os._exit(0)
"""
    told = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == ("0" if has_threads else "1"), told.stderr
