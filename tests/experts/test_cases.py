"""Every shipped expert understands its own cases, alone and beside the others."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alexa_cli.config.paths import find_paths
from alexa_cli.measure.metrics import summarise

REPO = Path(__file__).resolve().parents[2]
EXPERTS = tuple(sorted(file.parent.name for file in (REPO / "experts").glob("*/expert.yaml")))


@cache
def tool() -> Any:
    """What judges: tools/bench_experts.py, which prints it as a table."""
    file = REPO / "tools" / "bench_experts.py"
    spec = importlib.util.spec_from_file_location("bench_experts", file)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["bench_experts"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def judge(first_run: Path, home: Path) -> Any:
    """Judges one expert's cases; what all the experts together need is compiled and learnt."""
    (home / "cache").symlink_to(first_run / "cache")
    paths = find_paths({"ALEXA_HOME": str(home)})
    return lambda name, **options: tool().judge(name, paths, **options)


@pytest.mark.parametrize("name", EXPERTS)
def test_an_expert_understands_its_cases_beside_the_others(name: str, judge: Any) -> None:
    judged = judge(name)
    wrong = [f"{each.id}: {each.say}" for each in judged if not each.exact]
    assert len(judged) >= 30
    assert len(wrong) <= 0.03 * len(judged), wrong
    rate = summarise(judged).values["wrong_action_rate"]
    assert rate is None or rate < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERTS)
def test_no_case_gets_worse_by_the_presence_of_the_others(
    name: str, judge: Any, tmp_path: Path
) -> None:
    paths = find_paths({"ALEXA_HOME": str(tmp_path)})
    alone = tool().judge(name, paths, alone=True)
    assert [each.say for each in tool().lost(alone, judge(name))] == []
