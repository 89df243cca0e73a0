"""An installation on https, in a process of its own: cookies, headers, the way from http, how passwords are kept."""

import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

PREFIX = "__Host-relo_"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.relo.settings.over_https", str(tmp_path_factory.mktemp("https"))]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=settings.BASE_DIR, check=False)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def test_every_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts(installation: dict[str, Any]) -> None:
    set_there = [(name, cookie) for answer in installation["https"] for name, cookie in answer["cookies"].items()]

    names = {name.removeprefix(PREFIX) for name, _cookie in set_there}
    assert names == {"staff", "csrf", "language", "portal", "browser"}
    for name, cookie in set_there:
        assert name.startswith(PREFIX)
        flags = {key: cookie[key] for key in ("secure", "httponly", "samesite", "path", "domain")}
        assert flags == {"secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": ""}, name


def test_every_answer_asks_browsers_to_stay_with_https(installation: dict[str, Any]) -> None:
    answers = installation["https"]

    assert {answer["status"] for answer in answers} >= {200, 302, 303, 401, 404}
    asked = {answer["headers"].get("Strict-Transport-Security") for answer in answers}
    assert asked == {"max-age=31536000; includeSubDomains"}


def test_on_http_there_is_nothing_but_the_way_to_https(installation: dict[str, Any]) -> None:
    *others, health = installation["http"]

    for answer in others:
        assert (answer["status"], answer["cookies"]) == (301, {})
        assert answer["headers"]["Location"] == f"https://cases.example.org{answer['path']}"
    assert (health["path"], health["status"]) == ("/health/live/", 200)  # asked by machines on the same network


def test_static_files_have_a_policy_too(installation: dict[str, Any]) -> None:
    [style] = [answer for answer in installation["https"] if answer["path"].startswith("/static/")]

    assert style["status"] == 200
    assert "frame-ancestors 'none'" in style["headers"]["Content-Security-Policy"]
    assert style["headers"]["X-Content-Type-Options"] == "nosniff"


def test_nothing_is_in_debug_mode(installation: dict[str, Any]) -> None:
    assert installation["debug"] == [False, False]


def test_a_password_is_kept_by_a_slow_function_of_today(installation: dict[str, Any]) -> None:
    """What the suite uses instead is quick; ASVS 5.0, appendix C, asks for 600,000 rounds of PBKDF2 with SHA-256."""
    kept = installation["hash"]

    assert kept["algorithm"] == "pbkdf2_sha256" and kept["iterations"] >= 600_000
    assert len(kept["salt"]) >= 22
