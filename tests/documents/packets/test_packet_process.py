"""A build happens in a throw-away process and leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from documents.packets.errors import PacketBlocked, PacketFailed
from documents.packets.limits import BuildLimits
from documents.packets.run import run_in_child
from documents.packets.workspace import packet_workspace

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def workdir(tmp_path):
    folder = tmp_path / "child"
    folder.mkdir()
    return folder


def test_another_process_builds_the_same_bytes(desk, workdir):
    desk.lay_sample("passport-data-page.jpg", "Passport data page", "护照资料页")
    desk.lay_sample("transcript.pdf", "Transcript", "成绩单", 3)

    here, there = desk.build(), run_in_child(desk.inputs(), desk.sources, workdir)

    assert there.path.read_bytes() == here.path.read_bytes()
    assert there.manifest == here.manifest


def test_a_document_that_stops_the_build_is_named_across_the_processes(desk, workdir):
    desk.lay_pages("bank", "ONE", "TWO")
    document = desk.documents.pop()
    desk.lay(desk.sources[document.document_id], "Bank statement", "银行对账单", 3, document_id=document.document_id)

    with pytest.raises(PacketFailed) as failed:
        run_in_child(desk.inputs(), desk.sources, workdir)

    assert (failed.value.code, failed.value.document_id) == ("page_count_changed", document.document_id)
    assert "Bank statement" in failed.value.detail.en
    assert "银行对账单" in failed.value.detail.zh


def test_a_blocked_packet_starts_no_process(desk, workdir):
    with pytest.raises(PacketBlocked):
        run_in_child(desk.inputs(), desk.sources, workdir)

    assert list(workdir.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (BuildLimits(wall_seconds=0.2), "time_ran_out"),
        (BuildLimits(cpu_seconds=1, wall_seconds=60), "time_ran_out"),
        (BuildLimits(file_bytes=1000), "no_room"),
    ],
)
def test_a_build_that_goes_beyond_its_limits_is_ended_and_says_so(desk, workdir, limits, code):
    path = desk.sources[desk.lay_pages("paper", "WORDS").document_id]
    for _ in range(600):  # seconds of work
        desk.lay(path, "Paper", "材料")

    with pytest.raises(PacketFailed) as failed:
        run_in_child(desk.inputs(), desk.sources, workdir, limits)

    assert failed.value.code == code
    assert failed.value.detail.en
    assert failed.value.detail.zh


def test_the_build_process_reaches_no_network_and_needs_no_settings():
    """The walls of the child, put up in a process that then tries to get out."""
    script = f"""
import os, socket, sys
sys.path.insert(0, {str(PROJECT)!r})
from documents.packets.limits import BuildLimits, put_up_walls
import documents.packets.run
print("relo" in sys.modules, "celery" in sys.modules)
print(put_up_walls(BuildLimits(), os.getppid()))
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
    print("connected")
except OSError:
    print("no way out")
"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-I", "-c", script, str(listener.getsockname()[1])]
        imported, alone, reached = subprocess.run(
            command, capture_output=True, text=True, check=True, env={}
        ).stdout.splitlines()
    assert imported == "False False"
    if alone == "False":
        pytest.skip("this kernel grants no network namespace to this user")
    assert reached == "no way out"


def test_a_work_folder_is_private_and_gone_afterwards(tmp_path):
    with packet_workspace(tmp_path / "work") as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "passport.jpg").write_bytes(b"secret")
    assert not folder.exists()


def test_a_work_folder_is_gone_after_a_failure_too(tmp_path):
    def failing_build():
        with packet_workspace(tmp_path) as folder:
            (folder / "passport.jpg").write_bytes(b"secret")
            raise RuntimeError("build")

    with pytest.raises(RuntimeError, match="build"):
        failing_build()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_worker_left_is_removed_by_the_next_one(tmp_path):
    script = f"""
import sys, time
sys.path.insert(0, {str(PROJECT)!r})
from pathlib import Path
from documents.packets.workspace import packet_workspace
with packet_workspace(Path(sys.argv[1])) as folder:
    (folder / "passport.jpg").write_bytes(b"secret")
    print(folder, flush=True)
    time.sleep(60)
"""
    worker = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    left = Path(worker.stdout.readline().strip())
    with packet_workspace(tmp_path):
        assert left.exists(), "a folder in use is left alone"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert left.exists()

    with packet_workspace(tmp_path):
        assert not left.exists()
