"""Minification saves what it must, in homes that the same seed makes again."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from alexa_cli.config.files import load_yaml
from alexa_cli.context.household_build import build_lists
from alexa_cli.prompt.tokens import estimate

TOOL = Path(__file__).parents[2] / "tools" / "bench_prompts.py"


@cache
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("bench_prompts", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["bench_prompts"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("whole_names", [False, True])
def test_minification_saves_two_fifths_and_more(whole_names: bool) -> None:
    for seed in range(5):
        devices = tool().random_devices(60, seed, whole_names=whole_names)
        before, after = tool().plain(devices), tool().minified(devices)
        assert estimate(after) < 0.6 * estimate(before)
        assert len(after) < 0.6 * len(before)
        assert not any(device.id in after for device in devices)


def test_a_seed_is_a_home(tmp_path: Path) -> None:
    devices = tool().random_devices(60, 7)
    assert devices == tool().random_devices(60, 7) != tool().random_devices(60, 8)
    assert len({device.id for device in devices}) == 60
    _, lists = build_lists(load_yaml(tmp_path / "home.yaml", tool().as_yaml(devices)))
    assert [each.id for each in lists["devices"]] == [device.id for device in devices]
