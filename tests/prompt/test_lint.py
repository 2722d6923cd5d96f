"""What lint finds, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.catalog.expert import Api, Example, Expert, Mark, Parameter
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.lint import Sample, lint_catalogue, lint_prompt
from alexa_cli.prompt.section import Prompt, Section, Stability

FIXED, HOME, TURN = Stability.FIXED, Stability.HOUSEHOLD, Stability.TURN


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def prompt(*sections: Section) -> Prompt:
    return Prompt("plan", sections, Aliases.of(lambda _: None, (), {}))


RULES = Section("rules", FIXED, "Answer with one call, and keep it short. " * 20)
TOOLS = Section("tools", FIXED, "[...]", (tool("add"), tool("stop"), tool("ask_user")))
HOUSE = Section("home", HOME, "kitchen: L1 ceiling light")
SAID = Section("said", TURN, "turn on the light")
GOOD = prompt(RULES, TOOLS, HOUSE, SAID)


def codes(first: Prompt, another: Prompt | None = None, elsewhere: Prompt | None = None,
          least: int = 0, ids: tuple[str, ...] = ()) -> list[str]:  # fmt: skip
    spec = ModelSpec("m", min_cache_tokens=least)
    sample = Sample("plan", first, another or first, elsewhere or first)
    return [finding.code for finding in lint_prompt(sample, spec, ids)]


def with_text(name: str, text: str) -> Prompt:
    return replace(GOOD, sections=tuple(
        replace(s, text=text) if s.name == name else s for s in GOOD.sections
    ))  # fmt: skip


def test_a_good_prompt_has_nothing_to_find() -> None:
    assert codes(GOOD) == []


def test_a_prefix_that_the_provider_does_not_cache() -> None:
    assert codes(GOOD, least=1024) == ["short-prefix"]


def test_a_stable_section_that_changes_every_time() -> None:
    assert codes(GOOD, another=with_text("home", "other")) == ["changes"]
    assert codes(GOOD, elsewhere=with_text("rules", "other")) == ["changes"]
    assert codes(GOOD, elsewhere=with_text("home", "other")) == []
    assert codes(GOOD, another=with_text("said", "other")) == []


def test_a_changing_section_before_a_stable_one() -> None:
    assert codes(prompt(RULES, SAID, HOUSE)) == ["order"]


@pytest.mark.parametrize(
    "text",
    [
        "It is 2026-11-21.", "at 09:41:07 sharp", "id 123e4567-e89b-12d3-a456-426614174000",
        "commit 3fa0a36bd4eb76ff00", "turn t-1rs8yhfj5 was good", "It is 9:41, so hurry.",
        "Today is 21 November 2026.", "since March 4, 2026", "such as light.kitchen_ceiling_8f3a",
    ],
)  # fmt: skip
def test_a_time_or_an_identifier_in_a_fixed_section(text: str) -> None:
    assert codes(with_text("rules", text)) == ["volatile"]


@pytest.mark.parametrize(
    "text",
    [
        "half past six",
        "set it to 20:30",
        "a face for 12 decades",
        "smart_home.turn_on",
        "timers.set_timer_2",
        "may 12 be enough",
    ],
)
def test_plain_words_are_no_identifier(text: str) -> None:
    assert codes(with_text("rules", text)) == []


def test_an_identifier_of_the_home_in_a_fixed_section() -> None:
    ids = ("light.kitchen", "tv")
    assert codes(with_text("rules", "such as light.kitchen or the tv"), ids=ids) == ["volatile"]


def test_tools_in_no_order() -> None:
    tools = replace(TOOLS, tools=(tool("stop"), tool("add"), tool("ask_user")))
    assert codes(prompt(RULES, tools, SAID)) == ["unsorted"]


# What experts put in ---------------------------------------------------------------------------


def api(name: str, description: str, *examples: str, listed: str | None = None) -> Api:
    marks = [Example(text, (Mark(text.index("lamp"), text.index("lamp") + 4, "thing"),)
                     if "lamp" in text else ()) for text in examples]  # fmt: skip
    parameter = Parameter("thing", {"type": "string"}, x_list=listed)
    return Api("lights", name, description, parameters={"thing": parameter},
               examples={"en": tuple(marks)})  # fmt: skip


def found(*apis: Api, context: tuple[str, ...] = ()) -> list[str]:
    expert = Expert("lights", "Lights.", {each.name: each for each in apis}, context)
    catalogue = Catalogue({"lights": expert})
    return [f.code for f in lint_catalogue(catalogue, {"pets": "A1 Daisy", "lamps": "L1 lamp"})]


def test_a_description_that_only_repeats_the_name() -> None:
    assert found(api("turn_on", "Turn the lights on.")) == ["repeats-name"]
    assert found(api("turn_on", "Turn on what is named, never a whole room.")) == []


def test_the_same_example_for_two_things() -> None:
    first = api("dim", "Make darker.", "soften the lamp", listed="lamps")
    other = api("tint", "Make warmer.", "soften the lamp", listed="lamps")
    assert found(first, other) == ["contradicts"]
    assert found(first, api("tint", "Make warmer.", "soften the lamp", listed="bulbs")) == []


def test_an_example_that_is_there_twice() -> None:
    assert found(api("dim", "Make darker.", "not so bright", "Not so bright!")) == ["repeats"]


def test_context_that_nothing_takes() -> None:
    dim = api("dim", "Make darker.", listed="lamps")
    assert found(dim, context=("lamps", "pets")) == ["unused-context"]
