"""How long a turn takes with a draft beside verify, and what speculation saves and throws away.

Two scripted models, a draft that takes 100 ms and a verify that takes 600, and an expert with a
``read`` call of 300 ms; whole turns, through the planner and its prompts, in real time. Where the
two agree the call is over before verify is; where they do not it is thrown away and verify's is
made. Prints medians and the longest of all rounds.

    python tools/bench_speculation.py [--rounds 5] [--json] [--speed 1]
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
from statistics import median
from typing import TYPE_CHECKING, Any

from alexa_cli.assistant import Assistant, House, TurnOptions
from alexa_cli.assistant.house import Talkers
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import load_settings
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.models.llm.registry import LanguageModels
from alexa_cli.prompt.texts import load_texts
from alexa_cli.store.store import Store
from alexa_cli.turn import Acted, Discarded, Finished, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DRAFT, VERIFY, READ = 100, 600, 300
"""Milliseconds."""
EXPERT = """\
name: gauges
description: Gauges of a house.
apis:
  read_gauge:
    description: Read a gauge.
    effect: read
    parameters: {gauge: {type: string}}
    required: [gauge]
    examples: ["what does the [rain](gauge) gauge say"]
    run: {python: "gauges:read_gauge"}
    say: "The {gauge} gauge is at ten."
"""
PYTHON = """\
import asyncio

async def read_gauge(gauge):
    await asyncio.sleep({seconds})
    return {{"gauge": gauge}}
"""
CONFIG = """\
models:
  fast: {kind: scripted, script: fast.yaml}
  accurate: {kind: scripted, script: accurate.yaml}
  away: {kind: scripted, script: away.yaml, retries: 0}
planning: one_call
"""
SCRIPT = """\
delay: {delay}ms
answers:
  - when: rain
    {rain}
  - when: wind
    calls: [{{name: gauges.read_gauge, arguments: {{gauge: {wind}}}}}]
"""


@dataclass(frozen=True)
class Case:
    """One way of deciding, and the most a turn may take."""

    name: str
    decide: str
    words: str
    most: float
    """Milliseconds."""


SPECULATE = "[{speculate: {draft: fast, verify: accurate}}]"
CASES = (
    Case("verify alone", "[accurate]", "what does the rain gauge say", DRAFT + VERIFY + READ),
    Case("draft and verify agree", SPECULATE, "what does the rain gauge say", VERIFY + 40),
    Case("they disagree", SPECULATE, "what does the wind gauge say", VERIFY + READ + 40),
    Case("verify is away", "[{speculate: {draft: fast, verify: away}}]",
         "what does the rain gauge say", VERIFY + 40),
)  # fmt: skip


def prepare(folder: Path, speed: float) -> None:
    """Write the expert, the scripts and the config, all delays divided by ``speed``."""
    expert = folder / "experts" / "gauges"
    expert.mkdir(parents=True)
    (expert / "expert.yaml").write_text(EXPERT, encoding="utf-8")
    (expert / "gauges.py").write_text(PYTHON.format(seconds=READ / 1000 / speed), encoding="utf-8")
    config = folder / "config"
    config.mkdir()
    (config / "config.yaml").write_text(CONFIG, encoding="utf-8")
    said = "calls: [{name: gauges.read_gauge, arguments: {gauge: rain}}]"
    scripts = {"fast": (DRAFT, said, "snow"), "accurate": (VERIFY, said, "wind"),
               "away": (VERIFY, "fail: unreachable", "wind")}  # fmt: skip
    for name, (delay, rain, wind) in scripts.items():
        script = SCRIPT.format(delay=round(delay / speed), rain=rain, wind=wind)
        (config / f"{name}.yaml").write_text(script, encoding="utf-8")


def house_of(folder: Path, case: Case) -> House:
    """Return a house that decides as the case says."""
    paths = find_paths({"ALEXA_HOME": str(folder)})
    settings = load_settings(paths, sets=(f"jobs.decide={case.decide}",), env={}).settings
    models, texts = LanguageModels(settings), load_texts()
    return House(
        settings=settings,
        catalogue=load_catalogue(settings, paths, [folder / "experts"]),
        store=Store(":memory:"),
        household=load_household(None, paths.cache),
        decider=build_cascade(settings, paths, models, lambda: texts),
        talkers=Talkers(models, lambda: texts),
        tz="UTC",
        run=run_handler,
        provide=provide_list,
    )


async def typed(words: str) -> AsyncIterator[Utterance]:
    """Yield words that were typed."""
    yield Utterance(words)


async def one_turn(assistant: Assistant, words: str) -> dict[str, Any]:
    """Take a turn; milliseconds, and what speculation was worth."""
    started = time.perf_counter()
    found: dict[str, Any] = {"saved_ms": None, "discarded": 0}
    async with aclosing(assistant.turn(typed(words), "bench", TurnOptions(save=False))) as events:
        async for event in events:
            if isinstance(event, Acted):
                found["read"] = event.outcome.call.arguments["gauge"].value
            elif isinstance(event, Discarded):
                found["discarded"] += 1
            elif isinstance(event, Finished):
                found["status"] = event.status
                if event.spent is not None and event.spent.saved is not None:
                    found["saved_ms"] = event.spent.saved * 1000
    found["ms"] = (time.perf_counter() - started) * 1000
    return found


async def measure(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Take every case's turns, the cases in turn, after one round that does not count."""
    benches = [(case, Assistant(house_of(folder, case))) for case in CASES]
    taken: dict[str, list[dict[str, Any]]] = {case.name: [] for case in CASES}
    for count in range(rounds + 1):
        for case, assistant in benches:
            found = await one_turn(assistant, case.words)
            if count:
                taken[case.name].append(found)
    rows = []
    for case, _ in benches:
        turns = taken[case.name]
        saved = [turn["saved_ms"] for turn in turns if turn["saved_ms"] is not None]
        rows.append({
            "case": case.name, "median_ms": median(turn["ms"] for turn in turns),
            "longest_ms": max(turn["ms"] for turn in turns), "most_ms": case.most,
            "saved_ms": median(saved) if saved else None, "discarded": turns[-1]["discarded"],
            "read": turns[-1].get("read"), "status": turns[-1]["status"],
        })  # fmt: skip
    return rows


def main() -> int:
    """Run, print, and fail if a median is over what its case may take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--speed", type=float, default=1.0, help="divides all delays: for a look")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALEXA_HOME"] = folder
        prepare(Path(folder), options.speed)
        rows = asyncio.run(measure(Path(folder), max(1, options.rounds)))
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"draft {DRAFT} ms, verify {VERIFY} ms, read call {READ} ms; "
              f"{options.rounds} rounds\n")  # fmt: skip
        print(f"{'':24}{'median':>9}{'longest':>9}{'at most':>9}{'saved':>9}  thrown away")
        for row in rows:
            saved = "" if row["saved_ms"] is None else f"{row['saved_ms']:.0f} ms"
            print(f"{row['case']:24}{row['median_ms']:6.0f} ms{row['longest_ms']:6.0f} ms"
                  f"{row['most_ms']:6.0f} ms{saved:>9}  {row['discarded'] or ''}")  # fmt: skip
    return int(any(row["median_ms"] > row["most_ms"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
