"""Reading what a model wrote, in every dress in which models write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.decide.planner.answer import RawCall, of_text, of_tools
from alexa_cli.decide.planner.tolerant import Unread, loads, without_thoughts
from alexa_cli.models.chat import ToolCall

TIMER = RawCall("timer", {"duration": "ten minutes"})


def known(name: str) -> bool:
    return name in {"timer", "phone.timer", "never_mind"}


GIVEN = '{"duration": "ten minutes"}'
CALL = f'{{"name": "timer", "arguments": {GIVEN}}}'
DRESSES = [
    f'{{"calls": [{{"api": "timer", "arguments": {GIVEN}}}]}}',
    f'{{"calls": [{CALL}], "ask": null, "none": false, "say": ""}}',
    CALL,
    f"[{CALL}]",
    json.dumps({"name": "timer", "arguments": GIVEN}),
    f'{{"tool": "timer", "parameters": {GIVEN}}}',
    f'{{"type": "function", "function": {CALL}}}',
    f'{{"tool_calls": [{{"function": {CALL}}}]}}',
    '{"name": "timer", "duration": "ten minutes"}',
    f'{{"timer": {GIVEN}}}',
    f'{{"name": "functions.timer", "arguments": {GIVEN}}}',
    f"```json\n{CALL}\n```",
    f"<tool_call>\n{CALL}\n</tool_call>",
    f"<tool_call>{CALL}",
    f"<tool_call>```json\n{CALL}\n```</tool_call>",
    f"Sure! <tool_call>{CALL}</tool_call> ok",
    f"<function_call>{CALL}</function_call>",
    f"I will do it: {CALL} Done.",
    f"Here:\n```json\n{CALL}\n```\nfine?",
    f'<think>{{"name": "off"}}</think>{CALL}',
    f"thinking\n</think>\n{CALL}<|im_end|>",
]


@pytest.mark.parametrize("text", DRESSES)
def test_a_call_in_any_dress_is_a_call(text: str) -> None:
    answered = of_text(text, known)
    assert answered.calls == (TIMER,)
    assert not answered.faults
    assert not answered.say


def test_an_expert_beside_its_api_is_its_name() -> None:
    answered = of_text('{"expert": "phone", "api": "timer", "arguments": {}}', known)
    assert answered.calls == (RawCall("phone.timer"),)


def test_several_calls_several_tags_and_lines() -> None:
    one = '{"name": "never_mind", "id": "a"}'
    two = '{"name": "timer", "arguments": {}, "after": ["a"]}'
    for text in (
        f"[{one}, {two}]",
        f"{one}\n{two}",
        f"<tool_call>{one}</tool_call>\n<tool_call>{two}",
    ):
        first, second = of_text(text, known).calls
        assert (first.name, first.id) == ("never_mind", "a")
        assert second.after == ("a",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Paris.", "Paris."),
        ("<think>Hm.</think>\n Paris. <|eot_id|>", "Paris."),
        ("A list looks like [1, 2] or {1, 2} in many languages.", None),
        ('JSON is text such as {"weather": "fine"}, you see.', None),
        ('{"say": "Paris."}', "Paris."),
        ('{"say": "<think>hm</think>Paris."}', "Paris."),
        ("Call (me) maybe", None),
        ("timers are useful", None),
    ],
)
def test_words_are_words(text: str, said: str | None) -> None:
    answered = of_text(text, known)
    assert answered.say == (text if said is None else said)
    assert not answered.calls
    assert not answered.faults


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"calls": [{"api": "timer", "argum', "cut off"),
        ('<tool_call>{"name": "timer", "argu', "cut off"),
        ("{not json}", "no JSON"),
        ('{"calls": [{"arguments": {}}]}', "names no tool"),
        ('{"x": 1}', "neither calls nor an answer"),
        ("[1, 2]", "that is no JSON"),
        ("timer(duration='ten minutes')", "call it as a tool"),
        ("phone.timer('x')", "call it as a tool"),
    ],
)
def test_what_is_half_a_call_is_a_fault(text: str, told: str) -> None:
    answered = of_text(text, known)
    if text.startswith("[1"):
        assert answered.say == text
        return
    [fault] = answered.faults
    assert told in fault.text
    assert not answered.say


def test_tool_calls_with_odd_arguments() -> None:
    twice = json.dumps(json.dumps({"duration": "ten minutes"}))
    answered = of_tools([ToolCall("timer", twice, "x"), ToolCall("never_mind", "")], known)
    assert answered.calls == (
        RawCall("timer", {"duration": "ten minutes"}, "x"),
        RawCall("never_mind"),
    )
    broken = of_tools([ToolCall("timer", '{"a": '), ToolCall("timer", "7")], known)
    assert [fault.call for fault in broken.faults] == [0, 1]


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    answered = of_text(text, known)
    assert all(isinstance(call, RawCall) for call in answered.calls)
    assert "\x1b" not in answered.say
    answered.say.encode()


@given(st.text(max_size=200))
def test_any_json_is_read_or_refused(text: str) -> None:
    try:
        value: Any = loads(text)
    except Unread:
        return
    json.dumps(value).encode()


def test_thoughts_of_any_shape_are_left_out() -> None:
    for text in ("<think>a</think>b", "a</think>b", "<thinking>a</thinking>b", "<think></think>b"):
        assert without_thoughts(text) == "b"
    assert without_thoughts("<think>a") == ""
    assert without_thoughts("a <b> c") == "a <b> c"
