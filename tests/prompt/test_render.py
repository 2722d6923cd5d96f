"""Sections to requests: the longest stable prefix, breakpoints, keys, the order as sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.context.conversation import Exchange
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ChatRequest, ModelSpec
from alexa_cli.prompt.render import cache_key, render, with_messages
from alexa_cli.prompt.section import Prompt

Make = Callable[..., Prompt]
OPENAI = ModelSpec("gpt", provider="openai", cache="openai", tools_first=False)
CLAUDE = ModelSpec("claude", provider="anthropic", cache="anthropic", temperature=0.3)


def flat(request: ChatRequest) -> str:
    """The messages' text as the provider reads it."""
    found = []
    for message in request.messages:
        content = message["content"]
        found.append(content if isinstance(content, str) else "".join(p["text"] for p in content))
    return "\n\n".join(found)


def test_the_system_message_is_what_is_fixed(make: Make) -> None:
    prompt = make("plan", "smart_home")
    system, user = render(prompt, OPENAI).messages
    assert (system["role"], user["role"]) == ("system", "user")
    fixed = [s.text for s in prompt.sections if s.stability == "fixed" and not s.tools]
    rest = [s.text for s in prompt.sections if s.stability != "fixed"]
    assert system["content"] == "\n\n".join(fixed)
    assert user["content"] == "\n\n".join(rest)


@pytest.mark.parametrize("spec", [OPENAI, CLAUDE], ids=lambda spec: spec.name)
@pytest.mark.parametrize("job", ["plan", "route", "reply", "summarise", "rerank"])
def test_what_is_recorded_is_what_is_sent(make: Make, job: str, spec: ModelSpec) -> None:
    prompt = make(job, "smart_home", history=(Exchange("hi", "Hello."),), hypotheses=("a", "b"))
    request = render(prompt, spec)
    assert flat(request) == "\n\n".join(s.text for s in request.sections if s.name != "tools")
    shown = next((s.text for s in request.sections if s.name == "tools"), "[]")
    sent = [{k: v for k, v in tool.items() if k != "cache_control"} for tool in request.tools]
    assert json.loads(shown) == sent
    order = [s.name for s in request.sections]
    if job == "plan":
        assert order.index("tools") == (0 if spec.tools_first else 4)
    assert all(s.tokens > 0 for s in request.sections)


def breakpoints(value: Any) -> int:
    if isinstance(value, dict):
        return ("cache_control" in value) + sum(breakpoints(v) for v in value.values())
    return sum(breakpoints(v) for v in value) if isinstance(value, list | tuple) else 0


def test_breakpoints_stand_at_the_ends_of_what_is_stable(make: Make) -> None:
    request = render(make("plan", "smart_home", history=(Exchange("hi", "Hello."),)), CLAUDE)
    assert "cache_control" in request.tools[-1]
    assert breakpoints(request.tools) == 1
    system, user = request.messages
    assert ["cache_control" in part for part in system["content"]] == [True]
    assert ["cache_control" in part for part in user["content"]] == [True, True, False]
    assert user["content"][0]["text"].endswith("</home>\n\n")
    assert breakpoints(list(request.messages)) + 1 == 4, "Anthropic takes four"
    assert breakpoints([list(render(make("plan", "timers"), OPENAI).messages)]) == 0


def test_breakpoints_leave_the_sections_tools_alone(make: Make) -> None:
    prompt = make("plan", "timers")
    before = json.dumps([s.tools for s in prompt.sections])
    render(prompt, CLAUDE)
    assert json.dumps([s.tools for s in prompt.sections]) == before


def test_the_key_is_that_of_the_fixed_sections(
    make: Make, snapshot: Snapshot, catalogue: Catalogue
) -> None:
    later = replace(snapshot, now=snapshot.now + timedelta(days=9), household=replace(
        snapshot.household, lists={}), lists={})  # fmt: skip
    one, other = make("plan", "smart_home"), make("plan", "smart_home", about=later, said="hi")
    assert cache_key(one) == cache_key(other)
    assert len(cache_key(one)) <= 64
    keys = {cache_key(make("plan", expert)) for expert in catalogue.experts}
    assert len(keys) == len(catalogue.experts)
    assert cache_key(make("route")) not in keys


def test_the_next_turn_shares_everything_up_to_what_changed(make: Make) -> None:
    one = flat(render(make("plan", "smart_home", said="turn on the lamp"), OPENAI))
    other = flat(render(make("plan", "smart_home", said="open the blinds"), OPENAI))
    cut = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert one[:cut].endswith("<said>")


def test_a_repair_keeps_the_prefix(make: Make) -> None:
    prompt = make("plan", "timers")
    repair = ({"role": "assistant", "content": "x"}, {"role": "user", "content": "no such tool"})
    request, repaired = render(prompt, CLAUDE), render(prompt, CLAUDE, more=repair)
    assert repaired.messages[:2] == request.messages
    assert repaired.messages[2:] == repair
    assert replace(repaired, messages=request.messages) == request
    assert with_messages(request, repair) == repaired


def test_limits_and_temperature(make: Make) -> None:
    plan, route = make("plan", "timers"), make("route")
    assert render(plan, CLAUDE).max_tokens == 512
    assert render(route, CLAUDE).max_tokens == 16
    assert render(route, CLAUDE, think=True).max_tokens == 512, "thoughts are tokens too"
    assert render(route, replace(CLAUDE, max_tokens=5)).max_tokens == 5
    assert render(plan, CLAUDE, max_tokens=9).max_tokens == 9
    assert render(plan, CLAUDE).temperature == 0.3
    assert render(plan, CLAUDE, temperature=0.0).temperature == 0.0
    assert render(plan, OPENAI).temperature is None
    assert render(plan, CLAUDE, think=True).think


def test_a_schema_is_passed_on(make: Make) -> None:
    request = render(make("plan", "timers", structured="json_schema"), OPENAI)
    assert request.schema is not None
    assert request.tools == ()
    assert json.loads(json.dumps(request.schema)) == request.schema
