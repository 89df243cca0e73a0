import os
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from relo.running.broker import EmbeddedBroker, embedded_broker, find_server
from relo.running.refusal import CannotRun
from tests.relo.running.processes import eventually, processes_with


def bundled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    with monkeypatch.context() as without_redis:
        without_redis.setenv("PATH", str(tmp_path))
        return find_server()


@pytest.mark.parametrize("kind", ["this machine's", "bundled"])
def test_the_broker_answers_on_a_private_socket_and_is_gone_afterwards(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = find_server() if kind == "this machine's" else bundled(monkeypatch, tmp_path)
    monkeypatch.setenv("RELO_TEST_BROKER", str(tmp_path))

    with embedded_broker(find=lambda: server) as url:
        socket = Path(urlsplit(url).path)
        client = redis.Redis.from_url(url)
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert len(bytes(socket)) < 108

    assert not socket.parent.exists()
    assert processes_with(f"RELO_TEST_BROKER={tmp_path}") in ([], [os.getpid()])


@pytest.mark.parametrize("kind", ["this machine's", "bundled"])
def test_a_killed_broker_comes_back_with_its_queue(kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = find_server() if kind == "this machine's" else bundled(monkeypatch, tmp_path)
    broker = EmbeddedBroker(server, tmp_path)
    for length in (1, 2):
        with subprocess.Popen(broker.command, stdout=subprocess.DEVNULL) as process:
            eventually(broker.answers)
            assert redis.Redis.from_url(broker.url).rpush("queue", "message") == length
            process.kill()


def test_redis_on_the_path_comes_before_the_bundled_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "redis-server"
    own.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_server() == own

    own.unlink()
    assert find_server().name == "valkey-server"


def test_a_server_that_does_not_start_is_refused_in_its_own_words(tmp_path: Path) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho 'no space left on device'\nexit 1\n")
    broken.chmod(0o755)

    with pytest.raises(CannotRun, match="no space left on device"), embedded_broker(find=lambda: broken):
        pass
