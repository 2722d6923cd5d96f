"""What the house costs on top of a language model, measured on a real engine.

    python tools/bench_engine.py [--pairs 40] [--json]

Overhead: a whole turn in one call (said to stored) against litellm's own streamed call with the
very same request, on the same server, in pairs, each side first every other time. Before each
side another utterance is answered, so that both find the same of their prompt cached.
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
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.cli.common import Common
from alexa_cli.cli.session import open_session
from alexa_cli.models.chat import ChatRequest
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.turn import Acted, Finished, Replied, Utterance
from tools.serve_tiny_llm import MODEL, Engine, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from alexa_cli.cli.session import Session
    from alexa_cli.models.chat import Exchange

LIMIT_MS, LEAST_SHARE = 8.0, 0.95
ITEMS = "milk;paper towels;olive oil;stamps;candles;rice;dish soap;apples".split(";")
LISTS = ("shopping list", "to do list")
BETWEEN = "how long until the timer beeps"
"""Said before each side of a pair."""


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
    tiny = f"{{kind: llm, model: openai/tiny, api_base: '{engine.url}', api_key: any}}"
    sets = (f"models.tiny={tiny}", "jobs.decide=tiny", f"planning={planning}",
            "cache.plans=false", "guard.requests_per_minute=null")  # fmt: skip
    return open_session(Common(sets=sets))


async def take_turn(session: Session, words: str) -> Took:
    """Take one turn and time it."""

    async def utterances() -> AsyncIterator[Utterance]:
        yield Utterance(words)

    at: dict[type, float] = {}
    turn = ""
    started = time.perf_counter()
    async with aclosing(session.assistant.turn(utterances(), "bench", TurnOptions())) as events:
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


def arguments_of(session: Session, exchange: Exchange) -> dict[str, Any]:
    """What litellm was called with for an exchange."""
    assert session.house.talkers is not None  # noqa: S101 - it has language models
    model: Any = session.house.talkers.models.get("tiny")
    assert isinstance(model, LiteLlm)  # noqa: S101 - as configured
    messages: Any = exchange.messages
    tools: Any = exchange.tools
    return model.arguments(
        ChatRequest(tuple(messages), tuple(tools or ()), temperature=0.0, max_tokens=512,
                    cache_key=exchange.cache_key)
    )  # fmt: skip


async def overhead(engine: Engine, pairs: int) -> dict[str, list[float]]:
    """Time turns and bare calls in pairs."""
    session = open_talk(engine, "one_call")
    found: dict[str, list[float]] = {key: [] for key in ("turn", "replied", "bare", "over")}
    try:
        between = arguments_of(session, (await take_turn(session, "put tea on our to do list"))
                               .exchanges[-1])  # fmt: skip
        for number in range(pairs):
            words = f"put {ITEMS[number % 8]} on our {LISTS[number // 8 % 2]}"
            request = arguments_of(session, (await take_turn(session, words)).exchanges[-1])
            took: dict[str, float] = {}
            for side in ("turn", "bare") if number % 2 else ("bare", "turn"):
                await bare(between)
                if side == "bare":
                    took["bare"] = await bare(request)
                else:
                    turn = await take_turn(session, words)
                    took |= {"turn": turn.whole, "replied": turn.replied}
            took["over"] = took["turn"] - took["bare"]
            for key, value in took.items():
                found[key].append(value)
    finally:
        await session.close()
        session.store.close()
    return found


async def shares(engine: Engine, planning: str, turns: int = 8) -> dict[str, list[float]]:
    """The cached share of the stable prefix, by job, from the second turn on."""
    session = open_talk(engine, planning)
    found: dict[str, list[float]] = {}
    try:
        for number in range(turns):
            turn = await take_turn(session, f"put {ITEMS[number]} on our shopping list")
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
    names = {"turn": "whole turn, stored", "replied": "turn, until its reply",
             "bare": "bare litellm call", "over": "overhead of a turn"}  # fmt: skip
    print(f"{found['pairs']} pairs{'':21}p50        p95")
    for key, about in names.items():
        row = found["milliseconds"][key]
        print(f"{about:24}{row['p50']:8.2f} ms{row['p95']:8.2f} ms")
    print(f"\n{'cached of stable prefix':24}{'least':>8}   {'p50':>8}")
    for name, row in found["cached_share"].items():
        print(f"{name:24}{row['least']:8.1%}   {row['p50']:8.1%}")


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
