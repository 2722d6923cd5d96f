from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from alexa_cli.config.paths import Paths, find_paths, private_dir, write_private
from alexa_cli.errors import AlexaError, ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_alexa_home_overrides_the_platforms_folders(tmp_path: Path) -> None:
    paths = find_paths({"ALEXA_HOME": str(tmp_path)})
    assert paths == Paths(tmp_path / "config", tmp_path / "data", tmp_path / "cache")
    assert paths.config_file == tmp_path / "config" / "config.yaml"
    assert paths.experts == tmp_path / "config" / "experts"
    assert paths.database == tmp_path / "data" / "alexa.db"
    assert paths.models == tmp_path / "data" / "models"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("env", [{}, {"ALEXA_HOME": ""}])
def test_without_it_the_platform_says_where(env: dict[str, str], home: Path) -> None:
    paths = find_paths(env)
    assert len({paths.config, paths.data, paths.cache}) >= 2
    for folder in (paths.config, paths.data, paths.cache):
        assert folder.is_absolute()
        assert "alexa-cli" in folder.parts


def test_a_relative_or_tilde_home_becomes_absolute(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_paths({"ALEXA_HOME": "here"}).data == tmp_path / "here" / "data"
    assert find_paths({"ALEXA_HOME": "~/there"}).data == home / "there" / "data"


@pytest.mark.parametrize("bad", ["a\0b", "a\nb", "\x1b[31m", "~nobody-of-this-name/x"])
def test_a_home_that_is_no_path_is_refused(bad: str) -> None:
    with pytest.raises(ConfigError, match="ALEXA_HOME is no usable path"):
        find_paths({"ALEXA_HOME": bad})


def test_platformdirs_is_not_imported_for_alexa_home() -> None:
    code = (
        "import sys; from alexa_cli.config.paths import find_paths;"
        "find_paths({'ALEXA_HOME': '/x'}); print('platformdirs' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_what_is_made_is_private_under_any_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        file = tmp_path / "a" / "b" / "c.yaml"
        write_private(file, b"one")
    finally:
        os.umask(before)
    assert mode(file) == 0o600
    assert mode(file.parent) == mode(file.parent.parent) == 0o700
    assert file.read_bytes() == b"one"


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    (tmp_path / "open").chmod(0o755)
    private_dir(tmp_path / "open")
    assert mode(tmp_path / "open") == 0o755
    assert private_dir(tmp_path / "open") == tmp_path / "open"


def test_a_file_is_replaced_whole_and_its_mode_tightened(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old, and longer than the new one")
    file.chmod(0o644)
    with file.open("rb") as reader:
        write_private(file, b"new")
        assert reader.read() == b"old, and longer than the new one"
    assert file.read_bytes() == b"new"
    assert mode(file) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(AlexaError, match="cannot write this file"):
        write_private(tmp_path / "taken", b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_file_in_the_way_of_a_folder_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigError, match="cannot make this folder"):
            private_dir(folder)
