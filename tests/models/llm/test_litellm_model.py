"""One request through litellm, over HTTP, in two wire formats."""

from __future__ import annotations

import asyncio
import gc
import os
from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.models.chat import ChatRequest, TextPiece, Usage
from alexa_cli.models.failures import NotAllowed
from alexa_cli.models.llm.litellm_model import LiteLlm, is_own, is_strict
from alexa_cli.models.meter import Meter

LIGHT = {
    "type": "function",
    "function": {
        "name": "turn_on",
        "description": "Turn something on.",
        "parameters": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}
ASKED = ChatRequest(
    (
        {
            "role": "system",
            "content": [
                {"type": "text", "text": "You help.", "cache_control": {"type": "ephemeral"}}
            ],
        },
        {"role": "user", "content": "turn on the light"},
    ),
    tools=(LIGHT,),
    cache_key="fixed-1",
    temperature=0.0,
)


def test_text_comes_as_pieces_and_ends_with_what_it_took(
    wire_model: Any, wire: Any, run: Any
) -> None:
    wire_model.server.answer(wire.Reply((wire.Text("Hel"), wire.Text("lo."))))

    async def pieces() -> list[Any]:
        return [piece async for piece in wire_model.model().chat(ASKED)]

    *texts, end = run(pieces())
    assert texts == [TextPiece("Hel"), TextPiece("lo.")]
    assert end.reason == "stop"
    assert (end.usage.uncached, end.usage.cache_read, end.usage.output) == (100, 0, 5)
    assert end.model.endswith("-2026")


def test_tool_calls_are_whole_and_in_order(wire_model: Any, wire: Any, run: Any) -> None:
    steps = (
        wire.Tool(name="turn_on"), wire.Tool('{"name": "li'), wire.Tool('ght"}'),
        wire.Tool(name="turn_off", index=1), wire.Tool('{"name": "fan"}', index=1),
    )  # fmt: skip
    wire_model.server.answer(wire.Reply(steps, finish="tool_calls"))
    answer = run(wire_model.answer(ASKED))
    assert [(call.name, call.arguments) for call in answer.calls] == [
        ("turn_on", '{"name": "light"}'),
        ("turn_off", '{"name": "fan"}'),
    ]
    assert all(call.id for call in answer.calls)
    assert answer.end is not None
    assert answer.end.reason == "tool_calls"


def test_cached_tokens_are_counted_once(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(wire.Reply(usage=wire.Usage(40, 1_800, 0, 12)))
    answer = run(wire_model.answer(ASKED))
    usage = answer.end.usage
    assert (usage.uncached, usage.cache_read, usage.output) == (40, 1_800, 12)
    assert usage.input == 1_840


def test_what_anthropic_writes_to_its_cache(anthropic_model: Any, wire: Any, run: Any) -> None:
    anthropic_model.server.answer(wire.Reply(usage=wire.Usage(40, 100, 1_700, 12)))
    usage = run(anthropic_model.answer(ASKED)).end.usage
    assert usage == Usage(40, 100, 1_700, 12, usage.thought)


def test_what_is_not_reported_is_unknown(openai_model: Any, wire: Any, run: Any) -> None:
    openai_model.server.answer(wire.Reply(usage=None))
    meter = Meter()
    answer = run(openai_model.answer(ASKED, meter=meter))
    assert answer.text == "Hello there."
    assert answer.end.usage == Usage()
    assert meter.exchanges[0].cost is None
    assert meter.spent is None


def test_thinking_is_apart(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(
        wire.Reply((wire.Thought("Hm. "), wire.Thought("So."), wire.Text("Yes.")))
    )
    request = replace(ASKED, think=True)
    answer = run(wire_model.answer(request))
    assert (answer.thought, answer.text) == ("Hm. So.", "Yes.")
    assert answer.end.usage.thought is None  # nobody said how much of it was
    body = wire_model.server.asked[-1].body
    assert "reasoning_effort" in body or "thinking" in body
    assert "temperature" not in body
    assert body["max_tokens"] > 512 + 4_000


def test_ollama_is_understood(ollama_model: Any, wire: Any, run: Any) -> None:
    """Its calls come whole, and every one of them as the first."""
    steps = (
        wire.Thought("Hm."), wire.Text("Both."), wire.Tool('{"name": "light"}', name="turn_on"),
        wire.Tool('{"name": "fan"}', name="turn_off"),
    )  # fmt: skip
    ollama_model.server.answer(wire.Reply(steps, finish="stop", usage=wire.Usage(90, output=7)))
    answer = run(ollama_model.answer(ASKED))
    assert (answer.thought, answer.text) == ("Hm.", "Both.")
    assert [(call.name, call.arguments) for call in answer.calls] == [
        ("turn_on", '{"name": "light"}'),
        ("turn_off", '{"name": "fan"}'),
    ]
    assert answer.end.reason == "tool_calls"
    assert (answer.end.usage.uncached, answer.end.usage.output) == (90, 7)
    assert ollama_model.server.asked[-1].path == "/api/chat"


def test_closing_closes_the_request_of_ollama_too(ollama_model: Any, wire: Any, run: Any) -> None:
    ollama_model.server.answer(wire.Reply((wire.Text("One, "), wire.Pause(0.01)), endless=True))

    async def enough() -> None:
        pieces = ollama_model.model().chat(ASKED)
        assert await anext(pieces) == TextPiece("One, ")
        await pieces.aclose()
        await asyncio.to_thread(ollama_model.server.asked[-1].over.wait, 60)

    run(enough())
    assert ollama_model.server.asked[-1].ended == "left"


def test_openai_is_asked_as_it_likes(openai_model: Any, run: Any) -> None:
    run(openai_model.answer(ASKED))
    asked = openai_model.server.asked[-1]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer test-key-1234"
    body = asked.body
    assert body["model"] == "tiny"
    assert body["tools"] == [LIGHT]
    assert body["prompt_cache_key"] == "fixed-1"
    assert body["stream_options"] == {"include_usage": True}
    assert body["temperature"] == 0.0
    assert "prompt_cache_key" not in _body(openai_model, run, cache="prefix")


def test_anthropic_is_asked_as_it_likes(anthropic_model: Any, run: Any) -> None:
    run(anthropic_model.answer(ASKED))
    asked = anthropic_model.server.asked[-1]
    assert asked.path == "/v1/messages"
    assert asked.headers["x-api-key"] == "test-key-1234"
    assert asked.body["system"] == [
        {"type": "text", "text": "You help.", "cache_control": {"type": "ephemeral"}}
    ]
    assert asked.body["tools"][0]["name"] == "turn_on"
    assert "prompt_cache_key" not in asked.body


def test_breakpoints_of_tools_reach_anthropic(anthropic_model: Any, run: Any) -> None:
    marked = {**LIGHT, "cache_control": {"type": "ephemeral"}}
    run(anthropic_model.answer(replace(ASKED, tools=(LIGHT | {}, marked))))
    tools = anthropic_model.server.asked[-1].body["tools"]
    assert "cache_control" not in tools[0]
    assert tools[1]["cache_control"] == {"type": "ephemeral"}


def test_the_same_request_is_the_same_bytes(wire_model: Any, run: Any) -> None:
    run(wire_model.answer(ASKED))
    run(wire_model.answer(ASKED))
    first, second = wire_model.server.asked
    assert first.raw == second.raw


def test_an_answer_may_have_to_follow_a_schema(wire_model: Any, run: Any) -> None:
    schema = {
        "type": "object", "properties": {"say": {"type": "string"}}, "required": ["say"],
        "additionalProperties": False,
    }  # fmt: skip
    run(wire_model.answer(replace(ASKED, tools=(), schema=schema)))
    body = wire_model.server.asked[-1].body
    asked = body.get("response_format", body.get("output_format"))
    assert asked["type"] == "json_schema"
    assert schema in (asked.get("schema"), asked.get("json_schema", {}).get("schema"))


def test_what_openai_holds_an_answer_to() -> None:
    field = {"type": "string"}
    whole = {"type": "object", "properties": {"a": field}, "required": ["a"]}
    assert not is_strict(whole)
    assert is_strict({**whole, "additionalProperties": False})
    assert not is_strict({"anyOf": [field, {"type": "array", "items": whole}]})
    assert not is_strict(
        {"type": "object", "properties": {"a": field}, "additionalProperties": False}
    )


def test_options_go_on_to_the_provider(openai_model: Any, run: Any) -> None:
    options = {"top_k": 5, "chat_template_kwargs": {"enable_thinking": False}, "model": "other"}
    model = LiteLlm(openai_model.spec, api_key="k", api_base=openai_model.base, options=options)
    run(openai_model.answer(ASKED, model=model))
    body = openai_model.server.asked[-1].body
    assert body["top_k"] == 5
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert body["model"] == "tiny"  # what makes up the request is not for options


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("openai/gpt-5-mini", "OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-6", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-flash", "GEMINI_API_KEY"),
    ],
)
def test_a_missing_key_is_said_before_anything_is_sent(
    openai_model: Any, run: Any, monkeypatch: Any, name: str, variable: str
) -> None:
    for key in list(os.environ):
        if key.endswith(("_API_KEY", "_AUTH_TOKEN")):
            monkeypatch.delenv(key)
    model = LiteLlm(replace(openai_model.spec, model=name))
    with pytest.raises(NotAllowed) as caught:
        run(openai_model.answer(ASKED, model=model))
    assert variable in str(caught.value.hint)
    assert "models.fast.api_key" in str(caught.value.hint)
    assert caught.value.exit_code == 4


def test_a_server_of_ones_own_needs_no_key_and_gets_none(
    openai_model: Any, run: Any, monkeypatch: Any
) -> None:
    """A key that lies in the environment for the provider is not for whatever runs here."""
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    openai_model.key = None
    assert run(openai_model.answer(ASKED)).text == "Hello there."
    openai_model.key = ""
    assert run(openai_model.answer(ASKED)).text == "Hello there."
    assert "from-the-environment" not in str([one.headers for one in openai_model.server.asked])


@pytest.mark.parametrize(
    ("base", "own"),
    [
        ("http://localhost:8080/v1", True), ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True), ("http://192.168.1.5:11434", True),
        ("http://gpu:8000/v1", True), ("http://gpu.local", True),
        ("https://eu.api.openai.com/v1", False), ("https://8.8.8.8/v1", False),
    ],
)  # fmt: skip
def test_what_is_a_server_of_ones_own(base: str, own: bool) -> None:
    assert is_own(base) is own


def test_the_key_of_the_environment_is_used(wire_model: Any, run: Any, monkeypatch: Any) -> None:
    provider = wire_model.spec.provider.upper()
    monkeypatch.setenv(f"{provider}_API_KEY", "from-the-environment")
    monkeypatch.setenv(f"{provider}_BASE_URL", wire_model.base)
    wire_model.key = wire_model.base = None
    run(wire_model.answer(ASKED))
    assert "from-the-environment" in str(wire_model.server.asked[-1].headers)


def test_a_connection_is_opened_ahead_and_used(wire_model: Any, run: Any) -> None:
    """Whether it is used once more hangs on how fast the provider ends its answer."""

    async def turns() -> None:
        model = wire_model.model()
        await model.warm()
        assert wire_model.server.connections == 1
        await wire_model.answer(ASKED, model=model)

    run(turns())
    assert wire_model.server.connections == 1
    assert [asked.raw != b"" for asked in wire_model.server.asked] == [False, True]
    assert "test-key-1234" not in str(wire_model.server.asked[0].headers)


@pytest.mark.parametrize(
    "model",
    ["lm_studio/x", "hosted_vllm/x", "groq/x", "deepseek/deepseek-chat", "openrouter/x/y"],
)
def test_connections_of_others_are_opened_ahead_too(
    openai_model: Any, run: Any, model: str
) -> None:
    async def turn() -> None:
        made = openai_model.model(model=model)
        await made.warm()
        await openai_model.answer(ASKED, model=made)

    run(turn())
    assert [asked.connection for asked in openai_model.server.asked] == [1, 1]


def test_nothing_is_sent_ahead_to_who_is_not_known(openai_model: Any, run: Any) -> None:
    run(openai_model.model(model="mistral/x").warm())
    assert not openai_model.server.asked


def test_warming_up_what_cannot_be_reached_is_no_failure(wire_model: Any, run: Any) -> None:
    wire_model.base = "http://127.0.0.1:9"
    run(wire_model.model().warm())


def test_every_loop_has_connections_of_its_own(wire_model: Any, run: Any) -> None:
    model = wire_model.model()
    for _ in range(3):
        run(wire_model.answer(ASKED, model=model))
    assert wire_model.server.connections == 3


@pytest.mark.parametrize("paused", ["before", "within"])
def test_closing_closes_the_request(wire_model: Any, wire: Any, run: Any, paused: str) -> None:
    """The server sees its reader leave: nothing more is made, and nothing more is paid for."""
    if paused == "before":
        wire_model.server.answer(wire.Reply(before=60.0))
    else:
        wire_model.server.answer(wire.Reply((wire.Text("One, "), wire.Pause(60.0))))

    async def leave() -> None:
        task = asyncio.ensure_future(wire_model.answer(ASKED))
        await asyncio.to_thread(wire_model.server.arrived.acquire, timeout=60)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(wire_model.server.asked[-1].over.wait, 60)
        assert wire_model.server.asked[-1].ended == "left"

    run(leave())


def test_giving_up_leaves_nothing_behind_whenever_it_happens(
    wire_model: Any, wire: Any, run: Any
) -> None:
    """Not even the coroutine that litellm prepares in a thread; a warning would fail the test."""
    wire_model.server.answer(wire.Reply((wire.Text("One, "), wire.Pause(0.001)), endless=True))

    async def give_up() -> None:
        for instant in range(40):
            task = asyncio.ensure_future(wire_model.answer(ASKED))
            await asyncio.sleep(instant * 0.000_2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await asyncio.sleep(0.05)
        gc.collect()
        # A client that is collected closes its connections in a task of its own.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            _, left = await asyncio.wait(others, timeout=60)
            assert not left

    run(give_up())
    for asked in wire_model.server.asked:
        assert asked.over.wait(60)
        assert asked.ended == "left"


def test_who_has_read_enough_closes_the_request(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(wire.Reply((wire.Text("One, "), wire.Pause(0.01)), endless=True))

    async def enough() -> None:
        pieces = wire_model.model().chat(ASKED)
        async for piece in pieces:
            assert piece == TextPiece("One, ")
            break
        await pieces.aclose()
        await asyncio.to_thread(wire_model.server.asked[-1].over.wait, 60)
        assert wire_model.server.asked[-1].ended == "left"

    run(enough())


def _body(wired: Any, run: Any, **changes: Any) -> Any:
    run(wired.answer(ASKED, model=wired.model(**changes)))
    return wired.server.asked[-1].body
