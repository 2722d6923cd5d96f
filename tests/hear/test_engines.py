"""Which recogniser hears."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from alexa_cli.config.paths import Paths
from alexa_cli.errors import AlexaError
from alexa_cli.hear.engines import open_recogniser, vosk_model

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ALEXA_SHARED") or ROOT.parent / "shared")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config", tmp_path / "data", tmp_path / "cache")


@pytest.fixture
def pulled(paths: Paths) -> Path:
    """The tiny model, where a pulled one would be."""
    pytest.importorskip("vosk")
    for folder in (ROOT / "tests/data/tiny_vosk", SHARED / "reference/tiny_vosk/model"):
        if (folder / "am/final.mdl").is_file():
            target = paths.models / "vosk-small-en-us"
            shutil.copytree(folder, target, copy_function=shutil.copyfile)
            return target
    pytest.skip("needs a tiny model of vosk in tests/data/tiny_vosk")


def test_without_a_model_sphinx_hears(paths: Paths) -> None:
    pytest.importorskip("pocketsphinx")
    assert open_recogniser(None, paths).name == "sphinx"
    with pytest.raises(AlexaError, match="no model") as caught:
        open_recogniser("vosk", paths)
    assert "alexa models pull vosk-small-en-us" in str(caught.value)


def test_a_pulled_model_is_used_by_itself(paths: Paths, pulled: Path) -> None:
    assert vosk_model(paths.models) == pulled
    assert open_recogniser(None, paths).name == "vosk"
    assert open_recogniser("sphinx", paths).name == "sphinx"


def test_a_damaged_model_is_passed_over_unless_it_was_asked_for(paths: Paths, pulled: Path) -> None:
    """And that it is passed over is told, for noise confuses sphinx."""
    for damage, what in (
        ((pulled / "am/final.mdl").write_text, "is damaged"),
        (lambda _: (pulled / "am/final.mdl").unlink(), "is only half there"),
    ):
        damage("")
        told: list[str] = []
        assert open_recogniser(None, paths, tell=told.append).name == "sphinx"
        assert [line.partition("\n")[0] for line in told] == [
            f"sphinx hears instead of vosk: {pulled}: the model of vosk {what}"
        ]
        with pytest.raises(AlexaError, match=what):
            open_recogniser("vosk", paths)
    assert open_recogniser("sphinx", paths, tell=told.append).name == "sphinx"
    assert len(told) == 1


def test_a_model_elsewhere_may_be_named(paths: Paths, pulled: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    pulled.rename(elsewhere)
    assert vosk_model(paths.models) is None
    assert open_recogniser("vosk", paths, model=elsewhere).name == "vosk"
