"""A small catalogue of its own, the example home, and a function that decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.config.paths import Paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.language.registry import Moment
from alexa_cli.turn import Decision, Pass, Utterance

TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(TZ))

LIGHTS = """
name: lights
description: Lights.
context: [lights, rooms]
rules: {switch: "(turn|switch)"}
apis:
  on:
    description: Turn a light on.
    effect: idempotent
    parameters:
      device: {type: string, x-list: lights, description: "Which light?"}
      area: {type: string, x-list: rooms}
      kind: {type: string, x-choices: {light: ["light[s]"], everything: [everything, all]}}
    sentences:
      - "<switch> on [the] {device}"
      - "<switch> on [the] {area} {kind}"
      - "<switch> on [all] [the] {kind} in [the] {area}"
    examples: ["turn on the [kitchen light](device)"]
    run: {python: "lights:on"}
  "off":
    description: Turn a light off.
    effect: idempotent
    parameters:
      device: {type: string, x-list: lights}
      area: {type: string, x-list: rooms}
      kind: {type: string, x-choices: {light: ["light[s]"], everything: [everything, all]}}
    sentences:
      - "<switch> off [the] {device}"
      - "<switch> {device} off"
      - "<switch> off [the] {area} {kind}"
      - "<switch> off [all] [the] {kind} in [the] {area}"
    examples: ["turn off the [kitchen light](device)"]
    run: {python: "lights:off"}
"""

PHONE = """
name: phone
description: Calls, reminders and alarms.
context: [contacts]
apis:
  call:
    description: Call somebody.
    effect: irreversible
    confirm: false
    parameters:
      contact: {type: string, x-list: contacts, description: "Who should I call?"}
    required: [contact]
    sentences: ["(call|phone) [{contact}]"]
    examples: ["call [meg](contact)"]
    run: {python: "phone:call"}
  note:
    description: Take a note.
    effect: reversible
    parameters:
      text: {type: string, description: "What should I note?"}
    required: [text]
    sentences: ["note [that] {text}", "take a note"]
    examples: ["note that [the milk is off](text)"]
    run: {python: "phone:note"}
  timer:
    description: Set a timer.
    effect: reversible
    parameters:
      duration: {type: number, x-type: duration, description: "For how long?"}
      name: {type: string, maxLength: 20}
    required: [duration]
    sentences: ["set a timer [for {duration}]", "set a {duration} [{name}] timer"]
    examples: ["set a timer for [ten minutes](duration)"]
    run: {python: "phone:timer"}
  remind:
    description: Remind of something.
    effect: reversible
    parameters:
      message: {type: string}
      due: {type: string, x-type: datetime}
    required: [message]
    sentences: ["remind me to {message} [{due}]"]
    examples: ["remind me to [call mom](message) [at six](due)"]
    run: {python: "phone:remind"}
  never_mind:
    description: Drop it.
    effect: read
    sentences: ["(cancel|never mind|forget it)"]
    examples: ["never mind"]
    run: {python: "phone:never_mind"}
"""


def write_experts(folder: Path, **declared: str) -> Path:
    """Write expert folders whose functions all do nothing."""
    for name, text in declared.items():
        expert = folder / name
        expert.mkdir(parents=True)
        (expert / "expert.yaml").write_text(text)
        functions = {
            line.split(":")[2].rstrip('"} ') for line in text.splitlines() if "run:" in line
        }
        (expert / f"{name}.py").write_text(
            "".join(f"def {f}(**said: object) -> None: ...\n" for f in sorted(functions))
        )
    return folder


@pytest.fixture
def catalogue(tmp_path: Path, paths: Paths) -> Catalogue:
    folder = write_experts(tmp_path / "experts", lights=LIGHTS, phone=PHONE)
    return load_catalogue(Settings(), paths, [folder])


@pytest.fixture
def request_for(catalogue: Catalogue, paths: Paths) -> Callable[..., Request]:
    household = load_household(None, paths.cache)

    def make(said: str, memory: ConversationState | None = None) -> Request:
        state = memory or ConversationState()
        snapshot = Snapshot(NOW, TZ, "en", household, memory=state)
        utterance = Utterance(said)
        moment = Moment(NOW, ZoneInfo(TZ))
        return Request(
            utterance, tokens_of(utterance), catalogue, snapshot, moment, question=state.pending
        )

    return make


@pytest.fixture
def decide(request_for: Callable[..., Request]) -> Callable[..., Decision]:
    """Words (and what the conversation remembers) to the final decision of reflex and sentences."""
    cascade = Cascade([Reflex(), Sentences()])

    async def last(request: Request) -> Decision:
        decision: Decision = Pass("nothing")
        async for each in cascade.decide(request):
            decision = each
        return decision

    def run(said: str, memory: ConversationState | None = None, **changes: object) -> Decision:
        return asyncio.run(last(replace(request_for(said, memory), **changes)))  # type: ignore[arg-type]

    return run
