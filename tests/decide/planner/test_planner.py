"""One call and two, calls and words, what is told back and what is passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alexa_cli.models.chat import ToolCall
from alexa_cli.turn import Plan

Run = Callable[..., Any]


def call(name: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(name, arguments, f"id_{name}")


def test_a_tool_call_becomes_a_plan_with_the_users_words(plan: Run) -> None:
    done = plan("could you light up the kitchen light", call("on", '{"device": "kitchen light"}'))
    assert isinstance(done.last, Plan)
    [one] = done.last.calls
    assert (one.name, one.arguments["device"].words) == ("lights.on", "kitchen light")
    assert len(done.model.asked) == 1
