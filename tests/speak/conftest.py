"""A small catalogue to talk about, and one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.compiling import compile_experts
from alexa_cli.language.grammar import Moment
from alexa_cli.speak.wording import word
from alexa_cli.turn import Argument, Call, Outcome

if TYPE_CHECKING:
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.turn import Reply

HOUSE = """\
name: house
description: A house.
apis:
  turn_on:
    description: Turn on a light.
    effect: idempotent
    parameters: {device: {type: string}}
    run: {python: "h:h"}
    say: "I turned on the {device}."
  dim:
    description: Dim a light.
    effect: idempotent
    parameters: {device: {type: string}, level: {type: number, x-type: percent}}
    run: {python: "h:h"}
    say: "I set the {device}[ to {level}]."
  turn_off:
    description: Turn off lights.
    effect: idempotent
    parameters: {area: {type: string}}
    run: {python: "h:h"}
    say: "I turned off {count|one light|# lights} in the {area}."
  timer:
    description: Set a timer.
    effect: reversible
    undo: turn_on
    parameters: {duration: {type: number, x-type: duration}, due: {type: string, x-type: datetime}}
    run: {python: "h:h"}
    say: "I set a timer for {duration}[, until {due}]."
  unlock:
    description: Unlock a door, after asking.
    effect: irreversible
    parameters:
      device: {type: string}
      loudly: {type: boolean, default: false}
    sentences: ["(unlock|open up) {device}"]
    examples:
      - "i want the [garage](device) unlocked"
      - "unlock the [front door](device)"
    run: {python: "h:h"}
  honk:
    description: Honk the horn.
    effect: idempotent
    run: {python: "h:h"}
  state:
    description: What is on?
    effect: read
    run: {python: "h:h"}
  news:
    description: Read the news.
    effect: read
    run: {python: "h:h"}
    say: "The news says {headline}."
  dream:
    description: Dream of sheep.
  scene:
    description: Set a scene.
    parameters: {name: {type: string}}
    run: {steps: [{call: turn_on, arguments: {device: lamp}}]}
    say: "It's {name} now."
  quiet_scene:
    description: Set a scene without a word.
    run: {steps: [{call: turn_on, arguments: {device: lamp}}]}
"""


class Speaker:
    """Makes outcomes and words them."""

    def __init__(self, catalogue: Catalogue, moment: Moment) -> None:
        self.catalogue, self.moment = catalogue, moment

    @staticmethod
    def call(name: str, one: str = "1", /, **arguments: Any) -> Call:
        made = {
            key: value if isinstance(value, Argument) else Argument(value)
            for key, value in arguments.items()
        }
        return Call("house", name, made, one)

    def done(self, name: str, one: str = "1", /, value: Any = None, **arguments: Any) -> Outcome:
        return Outcome(self.call(name, one, **arguments), value=value)

    def other(self, outcome: Outcome, **changed: Any) -> Outcome:
        return replace(outcome, **changed)

    def reply(self, *outcomes: Outcome, **options: Any) -> Reply:
        return word(outcomes, self.catalogue, self.moment, **options)

    def text(self, *outcomes: Outcome) -> str:
        return self.reply(*outcomes).text


@pytest.fixture(scope="session")
def moment() -> Moment:
    zone = ZoneInfo("America/New_York")
    return Moment(datetime(2026, 11, 21, 10, 0, tzinfo=zone), zone)


@pytest.fixture(scope="session")
def speaker(tmp_path_factory: pytest.TempPathFactory, moment: Moment) -> Speaker:
    folder = tmp_path_factory.mktemp("experts") / "house"
    folder.mkdir()
    (folder / "expert.yaml").write_text(HOUSE, encoding="utf-8")
    (folder / "h.py").write_text("def h(**_):\n    return None\n", encoding="utf-8")
    return Speaker(compile_experts({"house": build_folder(folder).usable()}), moment)
