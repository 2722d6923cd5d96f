"""Everything that a provider, or the way to it, can do wrong, through litellm and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alexa_cli.models.failures import (
    BadAnswer,
    Busy,
    Filtered,
    ModelError,
    NoAnswer,
    NotAllowed,
    TooLong,
)
from alexa_cli.models.llm.mapping import Unpaid
from alexa_cli.models.meter import Meter

Make = Callable[[Any], Any]


def openai(message: str, kind: str = "invalid_request_error", code: str | None = None) -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def anthropic(message: str, kind: str) -> Any:
    return {"type": "error", "error": {"type": kind, "message": message}}


REFUSED = [
    ("openai", 401, openai("Incorrect API key provided: sk-abcd****wxyz."), NotAllowed, "key"),
    ("openai", 403, openai("Country not supported"), NotAllowed, "Country not supported"),
    ("openai", 404, openai("The model `tiny` does not exist"), NotAllowed, "openai/tiny"),
    ("openai", 429, openai("Rate limit reached"), Busy, "Rate limit reached"),
    ("openai", 429, openai("You exceeded your current quota"), NotAllowed, "no credit"),
    ("openai", 500, openai("The server had an error"), Unpaid, "out of order"),
    ("openai", 503, openai("Loading model"), Unpaid, "Loading model"),
    ("openai", 529, openai("Overloaded"), Busy, "Overloaded"),
    ("openai", 502, b"<html>Bad gateway</html>", Unpaid, "HTTP 502"),
    ("openai", 500, b"", Unpaid, "HTTP 500"),
    ("openai", 400, openai("Invalid schema for function"), ModelError, "Invalid schema"),
    ("openai", 413, openai("Request too large"), TooLong, "too long"),
    (
        "openai", 400,
        openai("The model's context length is 8192 tokens.", code="context_length_exceeded"),
        TooLong, "8192",
    ),
    (
        "openai", 400,
        openai("the request exceeds the available context size", "exceed_context_size_error"),
        TooLong, "too long",
    ),
    (
        "openai", 400,
        openai("Your request was rejected by our safety system.", code="content_policy_violation"),
        Filtered, "safety system",
    ),
    ("anthropic", 401, anthropic("invalid x-api-key", "authentication_error"), NotAllowed, "key"),
    ("anthropic", 403, anthropic("No permission", "permission_error"), NotAllowed, "permission"),
    ("anthropic", 404, anthropic("model: claude", "not_found_error"), NotAllowed, "claude-sonnet"),
    ("anthropic", 429, anthropic("Over your limit", "rate_limit_error"), Busy, "Over your limit"),
    ("anthropic", 529, anthropic("Overloaded", "overloaded_error"), Busy, "Overloaded"),
    ("anthropic", 500, anthropic("Internal", "api_error"), Unpaid, "out of order"),
    ("anthropic", 400, anthropic("tools.0: bad", "invalid_request_error"), ModelError, "tools.0"),
    (
        "anthropic", 400, anthropic("Your credit balance is too low", "invalid_request_error"),
        NotAllowed, "no credit",
    ),
    (
        "anthropic", 400,
        anthropic("prompt is too long: 210000 tokens > 200000 maximum", "invalid_request_error"),
        TooLong, "210000",
    ),
    (
        "anthropic", 400,
        anthropic("Output blocked by content filtering policy", "invalid_request_error"),
        Filtered, "content filtering",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "status", "said", "kind", "words"), REFUSED)
def test_a_refusal_is_one_clear_line(
    request: Any, wire: Any, run: Any,
    provider: str, status: int, said: Any, kind: type[ModelError], words: str,
) -> None:  # fmt: skip
    model = request.getfixturevalue(f"{provider}_model")
    model.server.answer(wire.Reply(status=status, error=said))
    meter = Meter()
    with pytest.raises(ModelError) as caught:
        run(model.answer(meter=meter))
    error = caught.value
    assert type(error) is kind
    assert words in error.message
    assert error.message.startswith(("fast", "the prompt is too long for fast"))
    for noise in ("\n", "litellm", "Traceback", "{", "b'", "Exception", "test-key", "sk-abcd"):
        assert noise not in error.message
    (kept,) = meter.exchanges
    assert (kept.reason, kept.error, kept.cost) == ("error", error.message, 0.0)
    assert len(model.server.asked) == 1  # nobody tries again behind our back


@pytest.mark.parametrize("status", [429, 529])
def test_when_to_come_back_is_read(wire_model: Any, wire: Any, run: Any, status: int) -> None:
    said = anthropic("Overloaded", "overloaded_error")
    wire_model.server.answer(wire.Reply(status=status, error=said, headers={"Retry-After": "17"}))
    with pytest.raises(Busy) as caught:
        run(wire_model.answer())
    assert caught.value.after == 17.0


@pytest.mark.parametrize("status", [429, 500, 529])
def test_what_passes_is_tried_again(wire_model: Any, wire: Any, run: Any, status: int) -> None:
    busy = wire.Reply(
        status=status, error=anthropic("Overloaded", "x"), headers={"retry-after": "0"}
    )
    wire_model.server.answer(busy, wire.Reply())
    meter = Meter()
    answer = run(wire_model.answer(meter=meter, model=wire_model.model(retries=2)))
    assert answer.text == "Hello there."
    assert meter.exchanges[0].attempts == 2
    assert len(wire_model.server.asked) == 2


BROKEN: list[tuple[str, Make, type[ModelError], str]] = [
    ("silent", lambda w: w.Reply(before=60.0), NoAnswer, "silent"),
    ("stalls", lambda w: w.Reply((w.Text("Hel"), w.Pause())), NoAnswer, "silent"),
    ("reset", lambda w: w.Reply((w.Text("Hel"), w.Cut())), NoAnswer, "lost"),
    ("cut", lambda w: w.Reply((w.Text("Hel"), w.Cut(reset=False))), NoAnswer, "broke off"),
    ("unfinished", lambda w: w.Reply((w.Text("Hel"),), finish=None), NoAnswer, "broke off"),
    (
        "half a call", lambda w: w.Reply((w.Tool(name="f"), w.Tool('{"a'), w.Cut(reset=False))),
        NoAnswer, "broke off",
    ),
    ("a page", lambda w: w.Reply((w.Raw(b"<html></html>\n\n"),), finish=None), NoAnswer, "broke"),
    (
        "long", lambda w: w.Reply([w.Text(f"{n} and on " * 99) for n in range(400)]),
        BadAnswer, "200 kB",
    ),
    ("loops", lambda w: w.Reply((w.Text("la la "),), endless=True), BadAnswer, "repeats itself"),
    (
        "loops at length",
        lambda w: w.Reply([w.Text(text) for text in ("The cat ", "sat. ", "Then ")], endless=True),
        BadAnswer, "repeats itself",
    ),
    (
        "loops in a call",
        lambda w: w.Reply((w.Tool('{"a": ', name="f"), *[w.Tool('{"b": ')] * 2_000)),
        BadAnswer, "repeats itself",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "kind", "words"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_answer_ends(
    wire_model: Any, wire: Any, run: Any, make: Make, kind: type[ModelError], words: str
) -> None:
    wire_model.server.answer(make(wire))
    meter = Meter()
    patience = 0.3 if words == "silent" else 60.0
    with pytest.raises(kind) as caught:
        run(wire_model.answer(meter=meter, model=wire_model.model(timeout=patience)))
    assert words in caught.value.message
    (kept,) = meter.exchanges
    assert (kept.reason, kept.error) == ("error", caught.value.message)
    assert kept.cost is None  # the provider may well bill what it began
    for asked in wire_model.server.asked:  # on a slow machine it has not arrived when it is late
        assert asked.over.wait(60)


def test_malformed_json_is_no_answer(openai_model: Any, wire: Any, run: Any) -> None:
    openai_model.server.answer(
        wire.Reply((wire.Text("Hel"), wire.Raw(b'data: {"choices": [oops\n\n')))
    )
    with pytest.raises(BadAnswer, match="no JSON"):
        run(openai_model.answer())


def test_malformed_json_of_anthropic_breaks_the_answer_off(
    anthropic_model: Any, wire: Any, run: Any
) -> None:
    """litellm takes it for half an event and waits for the rest."""
    anthropic_model.server.answer(
        wire.Reply((wire.Text("Hel"), wire.Raw(b'data: {"type": [oops\n\n')))
    )
    with pytest.raises(NoAnswer, match="broke off"):
        run(anthropic_model.answer())


def test_an_error_within_the_stream(anthropic_model: Any, wire: Any, run: Any) -> None:
    event = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", '
    event += b'"message": "Overloaded"}}\n\n'
    anthropic_model.server.answer(wire.Reply((wire.Text("Hel"), wire.Raw(event)), finish=None))
    with pytest.raises(Busy, match="Overloaded"):
        run(anthropic_model.answer())


def test_half_a_call_that_was_too_long_is_said_to_be(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(
        wire.Reply((wire.Tool(name="turn_on"), wire.Tool('{"name": "li')), finish="length")
    )
    answer = run(wire_model.answer())
    assert answer.end.reason == "length"
    assert [(call.name, call.arguments) for call in answer.calls] == [("turn_on", '{"name": "li')]


def test_filtered_in_the_middle_is_said(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(wire.Reply((wire.Text("I can"),), finish="content_filter"))
    answer = run(wire_model.answer())
    assert answer.end.reason == "content_filter"


def test_an_empty_answer_is_one(wire_model: Any, wire: Any, run: Any) -> None:
    wire_model.server.answer(wire.Reply(()))
    answer = run(wire_model.answer())
    assert (answer.text, answer.calls, answer.end.reason) == ("", [], "stop")


def test_nobody_there(wire_model: Any, run: Any) -> None:
    wire_model.base = "http://127.0.0.1:9/v1"
    meter = Meter()
    with pytest.raises(Unpaid, match=r"127\.0\.0\.1:9: connection refused") as caught:
        run(wire_model.answer(meter=meter))
    assert caught.value.exit_code == 5
    assert "models.fast.api_base" in str(caught.value.hint)
    assert meter.exchanges[0].cost == 0.0


def test_a_model_without_a_provider(openai_model: Any, run: Any) -> None:
    with pytest.raises(NotAllowed, match="no provider is known for 'tiny'") as caught:
        run(openai_model.answer(model=openai_model.model(model="tiny")))
    assert "ollama_chat/" in str(caught.value.hint)
