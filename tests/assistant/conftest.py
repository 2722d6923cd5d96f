"""A house with experts written for the test, and a function that says things to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alexa_cli.act.call import run_handler_once
from alexa_cli.act.world import Emit, World
from alexa_cli.assistant import Assistant, House, TurnOptions
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.expert import Api
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import Paths
from alexa_cli.config.schema import ActSettings
from alexa_cli.config.settings import Settings
from alexa_cli.config.units import Duration
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.store.store import Store
from alexa_cli.trace.save import TurnRecord, load_turn
from alexa_cli.turn import Call, Event, Finished, Outcome, Replied, Utterance

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)

YAML = """
name: shed
description: A shed of lamps, doors and notes, for tests.
context: [rooms, contacts]
lists:
  tools: {python: "shed:tools"}
  ghosts: {python: "shed:ghosts"}
apis:
  light:
    description: Put a light on.
    effect: idempotent
    undo: {api: dark, arguments: {area: "$area"}}
    parameters: {area: {type: string, x-list: rooms}}
    required: [area]
    sentences: ["light [up] the {area}"]
    examples: ["light the [kitchen](area)"]
    run: {python: "shed:light"}
    say: "The {area} is lit."
  dark:
    description: Put a light out.
    effect: idempotent
    parameters: {area: {type: string, x-list: rooms}}
    required: [area]
    sentences: ["darken [the] {area}"]
    examples: ["darken the [kitchen](area)"]
    run: {python: "shed:dark"}
    say: "The {area} is dark."
  blow:
    description: Blow the shed up.
    effect: irreversible
    sentences: ["blow it up", "explode"]
    examples: ["explode"]
    run: {python: "shed:blow"}
    say: "Boom."
  seal:
    description: Seal the shed; to unseal it takes a yes.
    effect: reversible
    undo: {api: unseal, arguments: {}}
    sentences: ["seal it"]
    examples: ["seal it"]
    run: {python: "shed:seal"}
  unseal:
    description: Unseal the shed.
    effect: reversible
    undo: {api: seal, arguments: {}}
    confirm: true
    sentences: ["unseal it"]
    examples: ["unseal it"]
    run: {python: "shed:unseal"}
  look:
    description: See which lights are on.
    effect: read
    sentences: ["what is lit"]
    examples: ["what is lit"]
    run: {python: "shed:look"}
  guess:
    description: Guess and keep the guess, which can be thrown away.
    effect: reversible
    speculate: true
    undo: {api: forget_guess, arguments: {guess: "$guess"}}
    parameters: {guess: {type: string}}
    required: [guess]
    sentences: ["guess {guess}"]
    examples: ["guess [blue](guess)"]
    run: {python: "shed:guess"}
  forget_guess:
    description: Forget a guess.
    effect: idempotent
    parameters: {guess: {type: string}}
    required: [guess]
    run: {python: "shed:forget_guess"}
  fail:
    description: Fail.
    effect: read
    sentences: ["fail"]
    examples: ["fail"]
    run: {python: "shed:fail"}
  hang:
    description: Never answer.
    effect: read
    sentences: ["hang"]
    examples: ["hang"]
    run: {python: "shed:hang"}
  rubbish:
    description: Return what nobody can use.
    effect: read
    sentences: ["talk rubbish"]
    examples: ["talk rubbish"]
    run: {python: "shed:rubbish"}
  idea:
    description: Can be decided, not run.
    sentences: ["have an idea"]
    examples: ["have an idea"]
  set_dial:
    description: Set the dial.
    effect: reversible
    undo: {api: set_dial, arguments: {level: "$outcome.was"}}
    parameters: {level: {type: integer, x-type: number, minimum: 0, maximum: 99}}
    required: [level]
    sentences: ["dial {level}"]
    examples: ["dial [five](level)"]
    run: {python: "shed:set_dial"}
    say: "The dial is at {level}."
  store_tool:
    description: Put a tool away.
    effect: reversible
    undo: {api: take_tool, arguments: {tool: "$tool", count: 1}}
    parameters:
      tool: {type: string, x-list: tools, description: "Which tool?"}
      count: {type: integer, default: 1}
    required: [tool]
    sentences: ["store [the] [{tool}]"]
    examples: ["store the [red saw](tool)"]
    run: {python: "shed:store_tool"}
  take_tool:
    description: Take a tool out.
    effect: reversible
    undo: {api: store_tool, arguments: {tool: "$tool", count: 1}}
    parameters: {tool: {type: string, x-list: tools}, count: {type: integer, default: 1}}
    required: [tool]
    sentences: ["take [the] {tool}"]
    examples: ["take the [red saw](tool)"]
    run: {python: "shed:take_tool"}
  burn:
    description: Burn something, which nobody can take back.
    effect: idempotent
    sentences: ["burn the leaves"]
    examples: ["burn the leaves"]
    run: {python: "shed:burn"}
  find_ghost:
    description: Look for somebody whose list cannot be made.
    effect: read
    parameters: {ghost: {type: string, x-list: ghosts}}
    required: [ghost]
    sentences: ["haunt {ghost}"]
    examples: ["haunt [casper](ghost)"]
    run: {python: "shed:look"}
  house:
    description: Ask something of the house.
    effect: read
    parameters: {ask: {type: string, enum: [undo, again, repeat, stop]}}
    required: [ask]
    sentences: ["please {ask} now"]
    examples: ["please [undo](ask) now"]
    run: {python: "shed:house"}
"""
PYTHON = """
import asyncio

def light(area, context):
    context.store.set("lit", sorted({*context.store.get("lit", []), area}))

def dark(area, context):
    context.store.set("lit", sorted({*context.store.get("lit", [])} - {area}))

def blow(context):
    context.store.set("lit", ["ruins"])

def seal(context):
    context.store.set("sealed", ["yes"])

def unseal(context):
    context.store.set("sealed", [])

def look(context):
    return context.store.get("lit", [])

def guess(guess, context):
    context.store.set("guesses", [*context.store.get("guesses", []), guess])
    return {"guess": guess}

def forget_guess(guess, context):
    context.store.set("guesses", [g for g in context.store.get("guesses", []) if g != guess])

def set_dial(level, context):
    was = context.store.get("dial", 0)
    context.store.set("dial", level)
    return {"was": was}

def tools():
    return [
        {"id": "saw1", "name": "red saw", "aliases": ["saw"]},
        {"id": "saw2", "name": "blue saw", "aliases": ["saw"]},
        {"id": "axe", "name": "axe"},
    ]

def ghosts():
    raise LookupError("boo")

def store_tool(tool, count, context):
    context.store.set("stored", [*context.store.get("stored", []), *[tool] * count])

def take_tool(tool, count, context):
    stored = context.store.get("stored", [])
    for _ in range(count):
        if tool in stored:
            stored.remove(tool)
    context.store.set("stored", stored)

def burn():
    return None

def fail():
    raise ValueError("the \\x1b[31mroof\\x1b[0m leaks")

async def hang():
    await asyncio.Event().wait()

def rubbish():
    return {1, 2, object()}

def house(ask, context):
    context.emit(ask)
"""


@dataclass
class Said:
    """One turn as it went."""

    reply: str
    status: str
    turn: str
    events: list[Event]


@dataclass
class Play:
    """A house that can be spoken to."""

    house: House
    conversation: str = "c-test"
    options: TurnOptions = field(default_factory=lambda: TurnOptions(now=NOW))

    def state(self, key: str) -> Any:
        from alexa_cli.store.state import ExpertStore

        return ExpertStore(self.house.store, "shed").get(key, [])

    def record(self, turn: str = "last") -> TurnRecord:
        return load_turn(self.house.store, turn)

    def say(self, words: str, **changes: Any) -> Said:
        return asyncio.run(self.turn(words, **changes))

    async def turn(self, words: str, **changes: Any) -> Said:
        events: list[Event] = []
        reply, status, turn = "", "", ""
        options = replace(self.options, **changes)
        async with aclosing(
            Assistant(self.house).turn(typed(words), self.conversation, options)
        ) as stream:
            async for event in stream:
                events.append(event)
                if isinstance(event, Replied):
                    reply = event.reply.text
                elif isinstance(event, Finished):
                    status, turn = event.status, event.turn
        return Said(reply, status, turn, events)


async def typed(words: str) -> AsyncIterator[Utterance]:
    yield Utterance(words)


async def hurried(call: Call, api: Api, world: World, emit: Emit) -> Outcome:
    """Run a call: what hangs has 0.3 seconds, all else what a slow machine needs."""
    if call.name == "shed.hang":
        world = replace(world, call_seconds=0.3)
    return await run_handler_once(call, api, world, emit)


@pytest.fixture
def make(tmp_path: Path, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Play]:
    monkeypatch.setattr("alexa_cli.act.execution.run_handler_once", hurried)
    folder = tmp_path / "experts" / "shed"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(YAML)
    (folder / "shed.py").write_text(PYTHON)

    def build(**changes: Any) -> Play:
        settings = Settings(act=ActSettings(deadline=Duration("60s")))
        house = House(
            settings=settings,
            catalogue=load_catalogue(settings, paths, [folder.parent]),
            store=Store(paths.database),
            household=load_household(None, paths.cache),
            decider=build_cascade(settings, paths),
            tz="America/New_York",
            run=run_handler,
            provide=provide_list,
        )
        return Play(replace(house, **changes))

    return build


@pytest.fixture
def play(make: Callable[..., Play]) -> Play:
    return make()
