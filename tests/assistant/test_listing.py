"""A list that an expert makes of the household alone is made once; any other in each turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alexa_cli.assistant import TurnOptions
from alexa_cli.assistant.handling import handler_context
from alexa_cli.assistant.listing import KeptLists
from alexa_cli.assistant.turning import Turning
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.context import HandlerFailed
from alexa_cli.config.paths import Paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.names import Name, NameList
from alexa_cli.store.state import ExpertStore
from tests.assistant.conftest import Play

YAML = """
name: attic
description: Lists of every sort.
context: [rooms, contacts]
lists:
  plain: {python: "attic:plain"}
  two: {python: "attic:two"}
  timed: {python: "attic:timed"}
  stored: {python: "attic:stored"}
  said: {python: "attic:said"}
  fixed: {python: "attic:fixed"}
  chance: {python: "attic:chance"}
  all: {python: "attic:all_of_it"}
  broken: {python: "attic:broken"}
apis:
  look:
    description: Look.
    effect: read
    parameters: {it: {type: string, x-list: plain}}
    run: {python: "attic:look"}
"""
PYTHON = """
import dataclasses
made = []

def plain(context):
    made.append("plain")
    return [room.name for room in context.household.rooms][:2]

def two(context):
    return [n.name for n in (*context.household.rooms, *context.household.contacts)]

def timed(context):
    return [f"{len(context.household.rooms)} at {context.now:%H:%M}"]

def stored(context):
    return [context.household.rooms.name, context.store.get("name", "none")]

def said(context):
    return [context.household.rooms.name, context.conversation]

def fixed():
    made.append("fixed")
    return [str(len(made))]

def chance(context):
    return [context.household.rooms.name, str(context.chance().random())]

def all_of_it(context):
    return [str(dataclasses.replace(context).language), context.household.rooms.name]

def broken(context):
    raise ValueError(context.household.rooms.name)

def look(**said):
    return None
"""


@pytest.fixture
def ask(make: Callable[..., Play], tmp_path: Path, paths: Paths) -> Callable[..., NameList]:
    folder = tmp_path / "more" / "attic"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(YAML)
    (folder / "attic.py").write_text(PYTHON)
    catalogue = load_catalogue(Settings(), paths, [folder.parent])
    play = make(catalogue=catalogue)
    kept = KeptLists()

    def one(name: str, conversation: str = "c", fingerprint: str = "", **lists: NameList) -> Any:
        turning = Turning.begin(play.house, conversation, TurnOptions())
        expert = catalogue.experts["attic"]
        if fingerprint:
            expert = replace(expert, fingerprint=fingerprint)
        turning.snapshot = replace(turning.snapshot, lists=lists)
        context = handler_context(turning, expert, lambda _name, _data: None)
        if name == "stored":
            store = ExpertStore(play.house.store, "attic")
            store.set("name", str(int(store.get("name", "0")) + 1))
        return kept(expert, name, context)

    return one


@pytest.mark.parametrize("name", ["plain", "two"])
def test_the_same_household_is_the_same_list(ask: Callable[..., NameList], name: str) -> None:
    first = ask(name)
    assert first.names
    assert ask(name, "another") is first


@pytest.mark.parametrize("name", ["timed", "stored", "said", "fixed", "chance", "all"])
def test_what_looks_at_more_is_made_again(ask: Callable[..., NameList], name: str) -> None:
    assert ask(name) is not ask(name)


def test_what_is_made_again_is_as_things_are_now(ask: Callable[..., NameList]) -> None:
    names = [[each.name for each in ask("stored")][1] for _ in range(3)]
    assert names == ["1", "2", "3"]


def test_another_household_or_expert_makes_another_list(ask: Callable[..., NameList]) -> None:
    first = ask("plain")
    rooms = NameList("rooms", (Name("r1", "attic"),))
    second = ask("plain", rooms=rooms)
    assert [each.name for each in second] == ["attic"]
    assert ask("plain", rooms=rooms) is second
    assert ask("plain", contacts=NameList("contacts"), rooms=rooms) is second
    assert ask("two", rooms=rooms) is not ask("two", rooms=rooms, contacts=NameList("contacts"))
    assert [each.name for each in ask("plain")] == [each.name for each in first]
    assert ask("plain", fingerprint="changed") is not ask("plain")


def test_what_fails_fails_each_time(ask: Callable[..., NameList]) -> None:
    for _ in range(2):
        with pytest.raises(HandlerFailed):
            ask("broken")
