"""The one door: retries, deadlines, silence, limits, and what is kept of every exchange."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.errors import Refused
from alexa_cli.models.chat import (
    ChatRequest,
    End,
    ModelSpec,
    Piece,
    Price,
    TextPiece,
    ThoughtPiece,
    Usage,
)
from alexa_cli.models.failures import BadAnswer, Busy, ModelError, NoAnswer, NotAllowed
from alexa_cli.models.llm.talk import talk
from alexa_cli.models.meter import Meter
from alexa_cli.trace import names
from alexa_cli.trace.record import Recorder

HELLO = ChatRequest(({"role": "user", "content": "hello"},))
SPEC = ModelSpec("own", kind="scripted", provider="own", price=Price(1.0, 2.0), retries=3)


class Own:
    """A language model of our own: says what it is told to, request after request."""

    def __init__(self, *answers: list[Piece | Exception | float], **spec: Any) -> None:
        self.spec = replace(SPEC, **spec)
        self.answers, self.requests, self.closed = list(answers), [HELLO][:0], 0
        self.said = asyncio.Event()
        """Set when it falls silent after its first piece."""

    async def chat(self, request: ChatRequest) -> AsyncIterator[Piece]:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        try:
            for step in answer:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, float):
                    self.said.set()
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed += 1


async def said(model: Own, meter: Meter) -> str:
    text = ""
    async for piece in talk(model, HELLO, meter, "reply"):
        if isinstance(piece, TextPiece):
            text += piece.text
    return text


WHOLE: list[Any] = [TextPiece("Hel"), TextPiece("lo."), End(usage=Usage(10, 5, 0, 2))]


def test_an_exchange_is_kept_with_all_that_it_was() -> None:
    request = replace(
        HELLO, cache_key="k", tools=({"type": "function"},), schema={"type": "object"}
    )
    meter = Meter()

    async def whole() -> None:
        async for _ in talk(Own(WHOLE), request, meter.on_branch("verify"), "plan"):
            pass

    asyncio.run(whole())
    (kept,) = meter.exchanges
    assert (kept.model, kept.job, kept.branch, kept.number) == ("own", "plan", "verify", 1)
    assert kept.messages == [{"role": "user", "content": "hello"}]
    assert (kept.tools, kept.schema, kept.cache_key) == (
        [{"type": "function"}], {"type": "object"}, "k",
    )  # fmt: skip
    assert (kept.text, kept.reason, kept.error) == ("Hello.", "stop", "")
    assert kept.usage == Usage(10, 5, 0, 2)
    assert kept.cost == pytest.approx((15 * 1.0 + 2 * 2.0) / 1e6)
    assert kept.attempts == 1
    assert kept.first is not None
    assert kept.spoke is not None
    assert kept.start <= kept.first <= kept.spoke <= kept.end
    assert kept.thinking == 0


def test_thinking_ends_with_the_first_word() -> None:
    meter = Meter()
    pieces: list[Any] = [ThoughtPiece("Hm."), TextPiece("Yes."), End(usage=Usage(10, 5, 0, 9, 7))]

    async def whole() -> None:
        async for piece in talk(Own(pieces), HELLO, meter, "plan"):
            if isinstance(piece, ThoughtPiece):
                await asyncio.sleep(0.05)

    asyncio.run(whole())
    (kept,) = meter.exchanges
    assert kept.first is not None
    assert kept.spoke is not None
    assert kept.spoke - kept.first >= 0.04
    assert kept.thinking == pytest.approx(kept.spoke - kept.start)


def test_the_span_says_what_it_took() -> None:
    meter = Meter()
    asyncio.run(said(Own(WHOLE), meter))
    (span,) = meter.recorder.spans()
    assert span.name == "chat own"
    assert span.attributes[names.INPUT_TOKENS] == 15
    assert span.attributes[names.OUTPUT_TOKENS] == 2
    assert span.attributes[names.CACHE_READ_TOKENS] == 5
    assert span.attributes[names.FINISH_REASONS] == ["stop"]
    assert span.attributes[names.OPERATION] == "chat"
    assert span.attributes[names.JOB] == "reply"
    assert set(span.attributes) <= names.DECLARED


def test_what_its_reader_records_is_no_part_of_it() -> None:
    meter = Meter()

    async def read() -> None:
        with meter.recorder.span("turn"):
            async for _ in talk(Own(WHOLE), HELLO, meter, "reply"):
                meter.recorder.event("shown")
            with meter.recorder.span("after"):
                pass

    asyncio.run(read())
    turn, *rest = meter.recorder.spans()
    assert {span.name for span in rest} == {"chat own", "shown", "after"}
    assert {span.parent for span in rest} == {turn.id}


@pytest.mark.parametrize("error", [NoAnswer("gone"), Busy("busy", after=0.0), Busy("busy")])
def test_what_may_pass_is_tried_again(error: ModelError) -> None:
    model, meter = Own([error], [error], WHOLE), Meter()
    assert asyncio.run(said(model, meter)) == "Hello."
    (kept,) = meter.exchanges
    assert (kept.attempts, kept.error, kept.reason) == (3, "", "stop")
    assert model.closed == 3
    chat, *retries = meter.recorder.spans()
    assert [span.name for span in retries] == ["retry", "retry"]
    assert {span.parent for span in retries} == {chat.id}


@pytest.mark.parametrize("error", [BadAnswer("nonsense"), NotAllowed("no key"), ModelError("no")])
def test_what_will_not_pass_is_not(error: ModelError) -> None:
    model, meter = Own([error]), Meter()
    with pytest.raises(type(error)):
        asyncio.run(said(model, meter))
    (kept,) = meter.exchanges
    assert (kept.attempts, kept.reason, kept.error) == (1, "error", error.message)


def test_there_is_an_end_to_trying() -> None:
    model, meter = Own([Busy("busy", after=0.0)]), Meter()
    with pytest.raises(Busy):
        asyncio.run(said(model, meter))
    assert meter.exchanges[0].attempts == 1 + SPEC.retries
    assert meter.exchanges[0].cost == 0.0  # nobody read it


def test_nothing_is_said_twice() -> None:
    model, meter = Own([TextPiece("Hel"), NoAnswer("gone")], WHOLE), Meter()
    with pytest.raises(NoAnswer):
        asyncio.run(said(model, meter))
    (kept,) = meter.exchanges
    assert (kept.attempts, kept.text, kept.cost) == (1, "Hel", None)


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    model, meter = Own([Busy("busy", after=30.0)], deadline=5.0), Meter()
    with pytest.raises(Busy):
        asyncio.run(asyncio.wait_for(said(model, meter), 20))
    assert meter.exchanges[0].attempts == 1


def test_silence_ends_a_request_and_it_is_tried_again() -> None:
    model, meter = Own([60.0], WHOLE, timeout=0.05), Meter()
    assert asyncio.run(said(model, meter)) == "Hello."
    assert meter.exchanges[0].attempts == 2
    assert model.closed == 2


def test_silence_within_an_answer() -> None:
    model, meter = Own([TextPiece("Hel"), 60.0], timeout=0.05), Meter()
    with pytest.raises(NoAnswer, match="silent for"):
        asyncio.run(said(model, meter))
    assert model.closed == 1
    assert meter.exchanges[0].text == "Hel"


def test_the_turn_ends_when_it_must() -> None:
    meter = Meter()
    meter.ends = meter.recorder.now() + 0.05
    model = Own([TextPiece("a "), 0.02] * 1_000)
    with pytest.raises(NoAnswer, match="in time"):
        asyncio.run(said(model, meter))
    assert model.closed == 1


def test_without_time_nothing_is_asked() -> None:
    model, meter = Own(WHOLE, kind="llm"), Meter()
    meter.ends = meter.recorder.now()
    with pytest.raises(NoAnswer, match="no time was left"):
        asyncio.run(said(model, meter))
    assert not model.requests
    assert not meter.exchanges
    assert not meter.recorder.spans()  # nor is litellm imported for a model that is not its own


def test_a_stream_without_an_end_is_not_whole() -> None:
    meter = Meter()
    with pytest.raises(NoAnswer, match="broke off"):
        asyncio.run(said(Own([TextPiece("Hel")]), meter))
    assert meter.exchanges[0].reason == "error"


def test_who_leaves_closes_the_model_and_the_record() -> None:
    model, meter = Own(WHOLE), Meter()

    async def leave() -> None:
        pieces = talk(model, HELLO, meter, "reply")
        assert await anext(pieces) == TextPiece("Hel")
        await pieces.aclose()

    asyncio.run(leave())
    (kept,) = meter.exchanges
    assert (kept.reason, kept.text, kept.error) == ("closed", "Hel", "")
    assert kept.usage == Usage()
    assert kept.cost is None
    assert model.closed == 1
    assert names.ERROR_TYPE not in meter.recorder.spans()[0].attributes


def test_who_is_cancelled_too() -> None:
    model, meter = Own([TextPiece("Hel"), 60.0]), Meter()

    async def leave() -> None:
        task = asyncio.ensure_future(said(model, meter))
        await model.said.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    (kept,) = meter.exchanges
    assert (kept.reason, kept.text) == ("closed", "Hel")
    assert model.closed == 1


def test_guards_see_every_request_and_may_change_it() -> None:
    seen = []

    def mask(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        seen.append((spec.name, request))
        return replace(request, messages=({"role": "user", "content": "•••"},))

    model, meter = Own(WHOLE), Meter(checks=(mask,))
    asyncio.run(said(model, meter))
    assert seen == [("own", HELLO)]
    assert model.requests[0].messages == ({"role": "user", "content": "•••"},)
    assert meter.exchanges[0].messages == [{"role": "user", "content": "•••"}]


def test_what_a_guard_refuses_is_never_sent() -> None:
    def no(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        raise Refused("too dear")

    model, meter = Own(WHOLE), Meter(checks=(no,))
    with pytest.raises(Refused):
        asyncio.run(said(model, meter))
    assert not model.requests
    assert not meter.exchanges


def test_answers_that_do_not_end_are_ended() -> None:
    long = [TextPiece(f"{number} and then " * 40) for number in range(5_000)]
    model, meter = Own(list(long)), Meter()
    with pytest.raises(BadAnswer, match="does not stop"):
        asyncio.run(said(model, meter))
    assert len(meter.exchanges[0].text) < 201_000
    assert model.closed == 1


def test_side_by_side_each_is_its_own() -> None:
    meter = Meter(Recorder())

    async def both() -> None:
        with meter.recorder.span("turn"):
            await asyncio.gather(
                said(Own([0.01, *WHOLE]), meter.on_branch("draft")),
                said(Own([0.02, *WHOLE]), meter.on_branch("verify")),
            )

    asyncio.run(both())
    assert [kept.branch for kept in meter.exchanges] == ["draft", "verify"]
    turn, *chats = meter.recorder.spans()
    assert [chat.parent for chat in chats] == [turn.id, turn.id]
    assert {chat.attributes[names.BRANCH] for chat in chats} == {"draft", "verify"}


def test_bytes_that_were_sent_are_counted_with_every_attempt() -> None:
    def sent(model: Own) -> object:
        meter = Meter()
        asyncio.run(said(model, meter))
        (span,) = [span for span in meter.recorder.spans() if span.name == "chat own"]
        return span.attributes.get(names.SENT)

    whole: list[Piece | Exception | float] = [TextPiece("Hi."), End(usage=Usage(1, 1))]
    once = len('[[{"role": "user", "content": "hello"}], [], null]')
    assert sent(Own(whole, kind="llm")) == once
    assert sent(Own([Busy("busy", after=0.0)], whole, kind="llm")) == 2 * once
    assert sent(Own(whole)) is None  # nothing is sent to a script
