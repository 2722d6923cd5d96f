"""The same inputs give the same bytes: in any process, for any hash seed, on any day.

And the fixed sections are the same bytes in every home.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.render import render
from alexa_cli.prompt.section import Prompt

SCRIPT = """
import json, os, sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import Exchange
from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.render import render
from alexa_cli.prompt.texts import load_texts

catalogue = load_catalogue(Settings(), find_paths(os.environ))
home = load_household(Path(sys.argv[1]) if sys.argv[1:] else None)
tz = "America/New_York"
snapshot = Snapshot(datetime(2026, 11, 21, 18, 4, tzinfo=ZoneInfo(tz)), tz, "en", home)
texts = load_texts()
made = {}
for job in ("route", "plan", "reply", "summarise", "rerank"):
    for mode in ("tools", "json_schema"):
        for experts in (tuple(catalogue.experts), ("smart_home",)):
            aliases = Aliases.of(snapshot.list, lists_of(catalogue, experts), {})
            prompt = build(job, Material(catalogue, experts, snapshot, "hello", aliases,
                history=(Exchange("hi", "Hello."),), structured=mode), texts)
            for cache in ("anthropic", "openai"):
                request = render(prompt, ModelSpec("x", cache=cache))
                made[f"{job} {mode} {len(experts)} {cache}"] = {
                    "bytes": [request.messages, request.tools, request.schema],
                    "key": request.cache_key, "names": prompt.names, "shows": prompt.shows,
                    "fixed": [s.text for s in request.sections if s.stability == "fixed"],
                    "table": aliases.table(),
                }
print(json.dumps(made))
"""
MINE = """
name: Elm Road
people: [{name: Ada, phone: "+1 555 0199"}]
areas: [{name: cellar}]
devices: [{id: light.cellar_0f3a, name: bulb, area: cellar, kind: light}]
"""


def run(compiled: Path, seed: str, *more: str, **env: str) -> dict[str, Any]:
    """What a process of its own makes of it."""
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, *more],
        env={**os.environ, "ALEXA_HOME": str(compiled), "PYTHONHASHSEED": seed, **env},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def test_processes_with_other_hash_seeds_make_the_same_bytes(
    compiled: Path, tmp_path: Path
) -> None:
    first = run(compiled, "0")
    assert len(first) == 40
    later = run(compiled, "4711", TZ="Asia/Tokyo", LC_ALL="C", ALEXA_HOME=str(tmp_path))
    assert later == first, "nor does it matter whether the catalogue was compiled just now"


def test_homes_with_other_names_share_the_fixed_sections(compiled: Path, tmp_path: Path) -> None:
    file = tmp_path / "household.yaml"
    file.write_text(MINE)
    ours, theirs = run(compiled, "1"), run(compiled, "2", str(file))
    for name, made in ours.items():
        other = theirs[name]
        assert made["fixed"] == other["fixed"]
        assert made["key"] == other["key"]
        if "plan" in name:
            assert made["bytes"] != other["bytes"]
            assert made["bytes"][0][0] == other["bytes"][0][0], "the system message"
            assert made["bytes"][1:] == other["bytes"][1:], "tools and schema"


def fixed(prompt: Prompt) -> list[str]:
    return [s.text for s in prompt.sections if s.stability == "fixed"]


@pytest.mark.parametrize("job", ["route", "plan", "reply", "summarise", "rerank"])
def test_a_fixed_section_holds_nothing_of_the_home_or_the_day(
    job: str, make: Callable[..., Prompt], snapshot: Snapshot, tmp_path: Path
) -> None:
    file = tmp_path / "household.yaml"
    file.write_text(MINE)
    other = replace(
        snapshot, household=load_household(file), lists={}, tz="Asia/Tokyo",
        now=datetime(2031, 1, 2, 3, 4, tzinfo=ZoneInfo("Asia/Tokyo")),
    )  # fmt: skip
    assert fixed(make(job, "smart_home", "contacts")) == fixed(
        make(job, "contacts", "smart_home", about=other, said="good night")
    )


def test_building_twice_is_building_once(make: Callable[..., Prompt]) -> None:
    spec = ModelSpec("x", cache="anthropic")
    one, other = (render(make("plan", "smart_home"), spec) for _ in range(2))
    assert one == other
    assert json.dumps(one.messages) == json.dumps(other.messages)


def test_the_household_is_stable_while_its_state_changes(
    make: Callable[..., Prompt], snapshot: Snapshot
) -> None:
    devices = snapshot.household.list("devices")
    lit = tuple(
        replace(each, attributes={**each.attributes, "state": {"on": True}}) for each in devices
    )
    home = replace(snapshot.household, lists={
        **snapshot.household.lists, "devices": replace(devices, names=lit),
    })  # fmt: skip
    one = make("plan", "smart_home")
    other = make("plan", "smart_home", about=replace(snapshot, household=home))
    assert [s.text for s in one.sections] == [s.text for s in other.sections]
