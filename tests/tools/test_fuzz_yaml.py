"""Broken files, many of them: each is refused with file and line, or loaded. See the tool."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "fuzz_yaml.py"
KINDS = ("expert", "config", "household", "changes", "prompt", "map", "suite")


@cache
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("fuzz_yaml", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["fuzz_yaml"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tried(kind: str, seed: int, count: int, folder: Path) -> set[str]:
    verdicts = set()
    for number in range(count):
        inner = folder / f"{kind}-{number}"
        inner.mkdir()
        try:
            verdicts.add(tool().trial(tool().kinds()[kind], seed, number, inner))
        except tool().Wrong as error:
            pytest.fail(f"{kind}, seed {seed}, number {number}: {error}")
    return verdicts


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_file_is_refused_clearly_or_loaded(kind: str, tmp_path: Path) -> None:
    assert tried(kind, 0, 30 if kind == "expert" else 12, tmp_path) <= {"refused", "loaded"}


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_many_broken_files(kind: str, seed: int, tmp_path: Path) -> None:
    verdicts = {"loaded"} if kind == "changes" else {"refused", "loaded"}
    assert tried(kind, seed, 300, tmp_path) == verdicts


@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_are_loaded(kind: str, tmp_path: Path) -> None:
    for number, original in enumerate(tool().kinds()[kind].originals):
        folder = tmp_path / str(number)
        folder.mkdir()
        for path in original.parent.glob("*.py") if kind == "expert" else ():
            (folder / path.name).touch()
        (folder / tool().kinds()[kind].file).write_bytes(original.read_bytes())
        tool().kinds()[kind].use(folder)


def test_the_judge_knows_bad_errors() -> None:
    from alexa_cli.errors import AlexaError, FileError

    tool().judge(FileError("wrong", path="x.yaml", line=3))
    for error in (
        FileError("wrong", path="x.yaml"),
        FileError("wrong \x1b[31m", path="x.yaml", line=3),
        FileError("wrong" * 1_000, path="x.yaml", line=3),
        AlexaError("wrong"),
    ):
        with pytest.raises(tool().Wrong):
            tool().judge(error)
