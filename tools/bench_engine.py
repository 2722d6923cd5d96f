"""What the house costs on top of a language model, measured on a real engine.

    python tools/bench_engine.py [--pairs 40] [--json]

Overhead: a whole turn in one call, from what was said to its reply, against litellm's own streamed
call with the very same request, on the same server, side by side, each side first in turn; storing
comes after the reply and is a line of its own. Before each side
another utterance is answered, so that all find the same of their prompt cached. litellm's own call
puts the whole answer together once more at its end, and counts its tokens; our reading of its
stream does not, so that a turn is also held against that reading alone.
Prefix: how much of what stays the same between two turns (fixed sections, tools, the home) the
engine says it had cached, from the second turn on, in one call and in two.
Exit code 1 if the median overhead is above 8 ms or the least share below 95 %.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.cli.common import Common
from alexa_cli.cli.session import open_session
from alexa_cli.models.failures import ModelError
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.turn import Acted, Finished, Replied, Utterance
from tools.serve_tiny_llm import MODEL, Engine, others, serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from alexa_cli.cli.session import Session
    from alexa_cli.models.chat import ChatRequest, Exchange, Piece

LIMIT_MS, LEAST_SHARE = 8.0, 0.95
THINGS = "floor lamp;reading lamp;desk lamp;bedside lamp;printer;dryer;night light".split(";")
WAYS = ("bring the {} to life", "i am done with the {}")
NOW = datetime(2026, 11, 21, 1, 39, tzinfo=ZoneInfo("America/New_York"))
"""The prompt holds the time, and a small model answers otherwise at another."""
SURE = TurnOptions(yes=True, now=NOW)
"""Guards ask about phrasings that no expert's sentences are like."""
SIDES = ("turn", "bare", "chat")
BETWEEN = "put me in touch with the vet"
"""Said before each side of a pair."""


def phrase(number: int) -> str:
    """Something to say that it knows; not the same twice in a row."""
    way = WAYS[number // len(THINGS) % len(WAYS)]
    return way.format(THINGS[number % len(THINGS)])


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one turn."""

    acted: float
    """Until the first action was done."""
    replied: float
    whole: float
    """Until it was stored, too."""
    exchanges: tuple[Exchange, ...] = ()


def open_talk(engine: Engine, planning: str) -> Session:
    """A session that asks only the engine, and each time anew."""
    tiny = f"{{kind: llm, model: openai/tiny, api_base: '{engine.url}', api_key: not-needed}}"
    sets = (
        f"models.tiny={tiny}", "jobs.decide=tiny", f"planning={planning}", "cache.plans=false",
        "guard.requests_per_minute=null", "timezone=America/New_York",
        f"experts.off=[{', '.join(others())}]",
    )  # fmt: skip
    return open_session(Common(sets=sets))


async def take_turn(session: Session, words: str) -> Took:
    """Take one turn and time it."""

    async def utterances() -> AsyncIterator[Utterance]:
        yield Utterance(words)

    at: dict[type, float] = {}
    turn = ""
    started = time.perf_counter()
    async with aclosing(session.assistant.turn(utterances(), "bench", SURE)) as events:
        async for event in events:
            at.setdefault(type(event), time.perf_counter())
            if isinstance(event, Finished):
                turn = event.turn
    ended = time.perf_counter()
    if Acted not in at:
        raise RuntimeError(f"nothing was done for {words!r}: the model does not know it")
    acted, replied, whole = (1000 * (t - started) for t in (at[Acted], at[Replied], ended))
    return Took(acted, replied, whole, tuple(load_exchanges(session.store, turn)))


async def bare(arguments: dict[str, Any]) -> float:
    """Litellm's own streamed call to its end, in milliseconds."""
    litellm = await importing.wait()
    started = time.perf_counter()
    async for _ in await litellm.acompletion(**arguments):
        pass
    return 1000 * (time.perf_counter() - started)


async def chat(model: LiteLlm, request: ChatRequest) -> float:
    """The same call through our own reading of its stream, in milliseconds."""
    started = time.perf_counter()
    async with aclosing(model.chat(request)) as pieces:
        async for _ in pieces:
            pass
    return 1000 * (time.perf_counter() - started)


def listen(session: Session) -> tuple[LiteLlm, list[ChatRequest]]:
    """The model, and a list that every request to it is put on: its very bytes."""
    assert session.house.talkers is not None  # noqa: S101 - it has language models
    model: Any = session.house.talkers.models.get("tiny")
    assert isinstance(model, LiteLlm)  # noqa: S101 - as configured
    heard: list[ChatRequest] = []
    inner = model.chat

    def chat_heard(request: ChatRequest) -> AsyncGenerator[Piece]:
        heard.append(request)
        return inner(request)

    model.chat = chat_heard  # type: ignore[method-assign]
    return model, heard


async def overhead(engine: Engine, rounds: int) -> dict[str, list[float]]:
    """Time turns and bare calls side by side."""
    session = open_talk(engine, "one_call")
    found: dict[str, list[float]] = {
        key: [] for key in (*SIDES, "replied", "over", "stored", "house")
    }
    try:
        model, heard = listen(session)
        await take_turn(session, BETWEEN)
        between = heard[-1]
        lost = (ModelError, (await importing.wait()).exceptions.InternalServerError)
        while len(found["turn"]) < rounds:
            try:
                took = await one_round(session, model, heard, between, len(found["turn"]))
            except lost:  # the server closes a connection after 100 requests
                continue
            for key, value in took.items():
                found[key].append(value)
    finally:
        await session.close()
        session.store.close()
    return found


async def one_round(
    session: Session, model: LiteLlm, heard: list[ChatRequest], between: ChatRequest, number: int
) -> dict[str, float]:
    """Time each side once."""
    words = phrase(number)
    await take_turn(session, words)
    request = heard[-1]
    took: dict[str, float] = {}
    turned = number % len(SIDES)
    for side in (*SIDES[turned:], *SIDES[:turned]):
        await chat(model, between)
        if side == "bare":
            took["bare"] = await bare(model.arguments(request))
        elif side == "chat":
            took["chat"] = await chat(model, request)
        else:
            turn = await take_turn(session, words)
            took |= {"turn": turn.whole, "replied": turn.replied}
    took["over"] = took["replied"] - took["bare"]
    took["stored"] = took["turn"] - took["bare"]
    took["house"] = took["turn"] - took["chat"]
    return took


async def shares(engine: Engine, planning: str, turns: int = 7) -> dict[str, list[float]]:
    """The cached share of the stable prefix, by job, from the second turn on."""
    session = open_talk(engine, planning)
    found: dict[str, list[float]] = {}
    try:
        for number in range(turns):
            turn = await take_turn(session, phrase(number))
            for exchange in turn.exchanges if number else ():
                messages: Any = exchange.messages
                tools: Any = exchange.tools
                whole = engine.rendered(messages, tools)
                mark = "\nNow: " if "\nNow: " in whole else "<said>"
                stable = len(engine.tokens(whole[: whole.rindex(mark)]))
                found.setdefault(exchange.job, []).append((exchange.usage.cache_read or 0) / stable)
    finally:
        await session.close()
        session.store.close()
    return found


async def measure(engine: Engine, pairs: int) -> dict[str, Any]:
    """All figures."""
    await importing.wait()
    times = await overhead(engine, pairs)
    prefix = {planning: await shares(engine, planning) for planning in ("one_call", "two_calls")}
    return {
        "pairs": pairs,
        "milliseconds": {
            key: {"p50": round(median(values), 2), "p95": round(quantiles(values, n=20)[-1], 2)}
            for key, values in times.items()
        },
        "cached_share": {
            f"{planning} {job}": {"least": round(min(each), 4), "p50": round(median(each), 4)}
            for planning, jobs in prefix.items()
            for job, each in jobs.items()
        },
    }


def show(found: dict[str, Any]) -> None:
    """Print a table."""
    names = {
        "turn": "whole turn, stored", "replied": "turn, until its reply",
        "bare": "litellm's own call", "chat": "our reading of its stream",
        "over": "until its reply, less litellm's", "stored": "stored, less litellm's",
        "house": "stored, less our reading",
    }  # fmt: skip
    print(f"{found['pairs']} pairs{'':23}p50        p95")
    for key, about in names.items():
        row = found["milliseconds"][key]
        print(f"{about:26}{row['p50']:8.2f} ms{row['p95']:8.2f} ms")
    print(f"\n{'cached of stable prefix':26}{'least':>8}   {'p50':>8}")
    for name, row in found["cached_share"].items():
        print(f"{name:26}{row['least']:8.1%}   {row['p50']:8.1%}")


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, serving(options.model) as url:
        os.environ["ALEXA_HOME"] = home
        found = asyncio.run(measure(Engine(url), options.pairs))
    if options.json:
        print(json.dumps(found))
    else:
        show(found)
    good = found["milliseconds"]["over"]["p50"] <= LIMIT_MS
    least = min(row["least"] for row in found["cached_share"].values())
    return 0 if good and least >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
