"""Which walls stand is told to whoever watches over relo, and a decoder with known holes keeps relo from starting."""

import pytest
from django.test import Client

from documents import checks, walls_standing
from documents.intake.sandbox import SandboxError


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walls_standing, "_known", None)


@pytest.mark.django_db
def test_readiness_names_the_walls_and_starts_no_process_for_everybody_who_asks(monkeypatch: pytest.MonkeyPatch):
    answer = Client().get("/health/ready/").json()

    assert {"limits", "no_new_privileges"} <= set(answer["walls"])
    assert {"network_namespace", "system_calls"} & set(answer["walls"])
    monkeypatch.setattr(walls_standing, "run_limited", None)  # would raise
    assert Client().get("/health/ready/").json()["walls"] == answer["walls"]


@pytest.mark.django_db
def test_without_walls_none_are_named_and_the_rest_is_ready(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise SandboxError("no wall before the network")

    monkeypatch.setattr(walls_standing, "run_limited", refuse)

    answer = Client().get("/health/ready/")

    assert (answer.status_code, answer.json()["walls"]) == (200, [])


@pytest.mark.parametrize(
    ("version", "accepted", "found"),
    [("1.23.3", True, ["relo.E030"]), ("1.23.4", True, []), ("1.24.0", True, []), ("1.23.3", False, [])],
)
def test_an_old_libheif_refuses_to_start_unless_heic_is_off(
    version: str, accepted: bool, found: list[str], settings, monkeypatch: pytest.MonkeyPatch
):
    settings.ACCEPT_HEIC = accepted
    monkeypatch.setattr("pillow_heif.libheif_version", lambda: version)

    assert [message.id for message in checks.heic_is_read_safely()] == found


def test_no_libheif_at_all_is_pointed_out(settings, monkeypatch: pytest.MonkeyPatch):
    settings.ACCEPT_HEIC = True
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    assert [message.id for message in checks.heic_is_read_safely()] == ["relo.W030"]
