"""What a repeated utterance costs: how long it is decided, and how many tokens it takes.

Each utterance is one that the small models hand on. A scripted model (50 ms to its first token)
plans it once; then it is said again and again, each time in a conversation of its own, in the same
process, with all shipped experts and the example home. Exits with 1 over --limit.

    python tools/bench_plan_cache.py [--rounds 100] [--limit 5]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli.asking import typed
from alexa_cli.cli.common import Common
from alexa_cli.cli.session import Session, open_session
from alexa_cli.trace.save import load_turn
from alexa_cli.turn import Decided, Event, Finished

if TYPE_CHECKING:
    from collections.abc import Sequence

MILLISECONDS = 1_000
WARM_UP = 2
CONFIG = """
models: {slow: {kind: scripted, script: script.yaml}}
jobs: {decide: [reflex, sentences, nearest, slow]}
planning: one_call
"""
SCRIPT = """
delay: 50ms
answers:
  - {when: kitchen, calls: [{name: smart_home.turn_on, arguments: {area: kitchen, kind: light}}]}
  - {when: garage, calls: [{name: smart_home.turn_off, arguments: {area: garage, kind: light}}]}
  - {when: office, calls: [{name: smart_home.set_brightness,
      arguments: {brightness: forty percent, area: office, kind: light}}]}
  - {when: porch, calls: [{name: smart_home.turn_on, arguments: {device: porch light}}]}
  - {when: everything, calls: [{name: smart_home.turn_on, arguments: {kind: everything}}]}
else: {calls: [{name: none_of_these}]}
"""
SAID = (
    "would you be a darling and somehow turn on the kitchen illumination",
    "would you be so very kind to somehow turn off the garage illumination",
    "kindly make whatever shines in my office glow at just forty percent dear",
    "guests are about to arrive so somebody had better turn on that porch light of ours",
    "a big party is about to begin so somebody had better turn on everything",
)


async def say(session: Session, words: str, options: TurnOptions) -> list[Event]:
    """Run one turn in a conversation of its own."""
    turn = session.assistant.turn(typed(words), session.store.new_id("c"), options)
    return [event async for event in turn]


def deciding(events: Sequence[Event]) -> float:
    """Return the seconds that all models took together."""
    return sum(event.seconds for event in events if isinstance(event, Decided))


def looking_up(session: Session, turn: str) -> float:
    """Return the seconds that the cache alone took."""
    spans = load_turn(session.store, turn).spans
    return next((span.seconds for span in spans if span.name == "plan cache"), 0.0)


async def busy(session: Session, words: str) -> float:
    """Return the seconds of processor that deciding takes: what a busy machine does not change."""
    request = session.assistant.request(words, session.store.new_id("c"))
    begun = time.process_time()
    async for _ in session.house.decider.decide(request):
        pass
    return time.process_time() - begun


@dataclass
class Figures:
    """Seconds of each repetition."""

    whole: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    requests: int = 0
    """Requests to the language model that repetitions took."""


async def measure(session: Session, rounds: int) -> Figures:
    """Say everything once, and then again and again."""
    options, figures = TurnOptions(yes=True), Figures()
    for words in SAID:
        first = await say(session, words, options)
        end = first[-1]
        if not isinstance(end, Finished) or end.spent is None or end.status != "done":
            raise SystemExit(f"this was not planned by the language model: {words}: {end}")
        print(f"{MILLISECONDS * deciding(first):8.1f} ms once   {words}")
        for number in range(rounds + WARM_UP):
            again = await say(session, words, options)
            end = again[-1]
            figures.requests += not isinstance(end, Finished) or end.spent is not None
            if number >= WARM_UP and isinstance(end, Finished):
                figures.whole.append(deciding(again))
                figures.alone.append(looking_up(session, end.turn))
                figures.processor.append(await busy(session, words))
    return figures


def show(name: str, seconds: Sequence[float]) -> float:
    """Print the median and the 95th percentile; returns the median in milliseconds."""
    p50, p95 = median(seconds), quantiles(seconds, n=20)[-1]
    print(f"{MILLISECONDS * p50:8.2f} ms p50, {MILLISECONDS * p95:.2f} ms p95   {name}")
    return MILLISECONDS * p50


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100, help="repetitions of each utterance")
    parser.add_argument("--limit", type=float, default=5.0, help="milliseconds of deciding, p50")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALEXA_HOME"] = home
        config = Path(home) / "config"
        config.mkdir()
        (config / "config.yaml").write_text(CONFIG)
        (config / "script.yaml").write_text(SCRIPT)
        session = open_session(Common())
        with session.store:
            figures = asyncio.run(measure(session, arguments.rounds))
    show("deciding a repeated utterance, all models together", figures.whole)
    p50 = show("... of processor", figures.processor)
    show("... of it the plan cache", figures.alone)
    print(f"{figures.requests:8} requests to the model for {len(figures.whole)} repetitions")
    return int(figures.requests > 0 or p50 > arguments.limit)


if __name__ == "__main__":
    sys.exit(main())
