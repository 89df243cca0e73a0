import stat
from pathlib import Path

import pytest

from relo.running.keys import read_or_make_keys
from relo.running.place import prepare_folder
from relo.running.refusal import CannotRun
from relo.settings.env import read_environment


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    first = read_or_make_keys(tmp_path, data=tmp_path / "data")
    (tmp_path / "data").touch()
    second = read_or_make_keys(tmp_path, data=tmp_path / "data")

    assert first == second
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir() if file.name != "data"] == ["env"]


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = read_or_make_keys(tmp_path / "one", data=tmp_path / "data")
    two = read_or_make_keys(tmp_path / "two", data=tmp_path / "data")

    assert not set(one.values()) & set(two.values())


def test_lost_keys_are_not_replaced_while_their_data_is_there(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(CannotRun, match="put env back, or remove"):
        read_or_make_keys(tmp_path, data=tmp_path / "data")

    assert not (tmp_path / "env").exists()


def test_a_damaged_key_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    read_or_make_keys(tmp_path, data=tmp_path / "data")
    half = (tmp_path / "env").read_text().partition("FILE_KEYS")[0]
    (tmp_path / "env").write_text(half)

    with pytest.raises(CannotRun, match="lacks FILE_KEYS"):
        read_or_make_keys(tmp_path, data=tmp_path / "data")

    assert (tmp_path / "env").read_text() == half


@pytest.mark.parametrize("name", ["var", "with a space", "a+b", "变量"])
def test_the_settings_accept_what_the_demo_hands_them(name: str, tmp_path: Path) -> None:
    folder = prepare_folder(tmp_path / name)
    keys = read_or_make_keys(folder.path, data=folder.database)

    environment = read_environment(
        {**keys, **folder.settings, "REDIS_URL": "unix:///tmp/broker.sock?db=0", "PUBLIC_URL": "http://127.0.0.1:8000"}
    )

    assert environment.database["NAME"] == str(folder.database)
    assert environment.storage["OPTIONS"]["location"] == folder.path / "files"
    assert environment.email["EMAIL_FILE_PATH"] == str(folder.mails)
