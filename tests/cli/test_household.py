"""``alexa household``: changes are kept beside the file, and printed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from alexa_cli.cli.household import app
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
# Ours, with a comment.
people: [{name: Ana}]
areas: [{name: den}]
devices: [{name: lamp, area: den, kind: light}]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALEXA_HOME", str(tmp_path))
    config = tmp_path / "config"
    config.mkdir()
    (config / "home.yaml").write_text(FILE)
    (config / "config.yaml").write_text("household: home.yaml\n")
    return config / "home.yaml"


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_changes_are_kept_and_the_file_stays(home: Path, tmp_path: Path) -> None:
    run("add", "pet", "Daisy", "--kind", "dog")
    run("alias", "lamp", "sun")
    run("rename", "den", "study")
    run("pronounce", "Ana", "ah na")
    assert home.read_text() == FILE
    assert "Daisy: dog  (changed)" in run("show", "pets")
    assert "also sun" in run("show", "devices")
    assert "4 changed over it" in run("check")
    merged = tmp_path / "merged.yaml"
    merged.write_text(run("export"))
    assert "1 people, 1 pets, 0 floors, 1 areas, 1 devices" in run("check", str(merged))
    run("remove", "Daisy")
    assert "Daisy" not in run("show")


def test_a_name_that_is_nobodys_or_taken_is_refused(home: Path) -> None:
    with pytest.raises(AlexaError, match="nothing in the home is called 'sofa'"):
        run("alias", "sofa", "couch")
    with pytest.raises(AlexaError, match="already"):
        run("add", "room", "den")
    run("add", "person", "Meg Bauer")
    with pytest.raises(AlexaError, match="has 2 words: say one sound for each"):
        run("pronounce", "Meg Bauer", "meg bow er")
    with pytest.raises(AlexaError, match="no 'zebras'"):
        run("show", "zebras")
    assert home.read_text() == FILE
