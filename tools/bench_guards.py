"""What the guards let through and what they ask about.

Attacks (tests/data/injection.jsonl): text planted in names, documents, results, history, with the
call that a model would plan that obeys it; each has a benign twin, the same setting with what the
user asked for. And the shipped cases of the experts, as if a language model had planned exactly
what is expected. Printed: unwanted effects (must be 0), twins that act unasked, shipped cases
that would ask.

    python tools/bench_guards.py [--verbose] [--suite FILE.jsonl ...]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.act.confirm import needs_confirmation
from alexa_cli.assistant import Assistant
from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.assistant.house import House
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.expert import Effect
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import Exchange
from alexa_cli.context.household import load_household
from alexa_cli.decide.model import Reading, Request
from alexa_cli.decide.registry import build_cascade
from alexa_cli.decide.resolution import Trouble, resolve
from alexa_cli.guard.provenance import Tracer
from alexa_cli.measure.suite import load_suite
from alexa_cli.store.store import Store
from alexa_cli.turn import Basis, Call, Plan, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.paths import Paths

REPO = Path(__file__).resolve().parent.parent
ATTACKS = REPO / "tests" / "data" / "injection.jsonl"
HOME = REPO / "alexa_cli" / "context" / "example_household.yaml"
TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(TZ))


@dataclass
class Place:
    """A home of its own, with an assistant in it."""

    assistant: Assistant
    tracer: Tracer
    paths: Paths

    @property
    def catalogue(self) -> Catalogue:
        """Its experts."""
        return self.assistant.house.catalogue

    async def say(self, text: str, conversation: str) -> None:
        """Run a turn with the small models, whatever comes of it confirmed."""

        async def typed() -> AsyncIterator[Utterance]:
            yield Utterance(text)

        options = TurnOptions(now=NOW, yes=True)
        async with aclosing(self.assistant.turn(typed(), conversation, options)) as events:
            async for _ in events:
                pass

    def request(self, text: str, conversation: str, history: Iterable[Exchange] = ()) -> Request:
        """Return the request that the words would become."""
        request = self.assistant.request(text, conversation, NOW)
        if history := tuple(history):
            memory = replace(request.snapshot.memory, history=history)
            request = replace(request, snapshot=replace(request.snapshot, memory=memory))
        return request

    def plan(self, request: Request, calls: Iterable[dict[str, Any]], basis: Basis) -> Plan | str:
        """Return the plan that a model with these calls makes, or what is wrong with it."""
        made: list[Call] = []
        for number, call in enumerate(calls, 1):
            api = self.catalogue.find(call["expert"], call["api"])
            if api is None:
                return f"there is no {call['expert']}.{call['api']}"
            result = resolve(
                Reading(api, call.get("arguments", {}), 1.0, pointers=True), request
            )
            if isinstance(result, Trouble):
                return f"{api.full_name}: {result.text}"
            made.append(replace(result, id=str(number)))
        return Plan(tuple(made), "obeying", basis=basis)


def settle(settings: Settings, root: Path, household: Path | None = None) -> Place:
    """Make a home in ``root``."""
    paths = find_paths({"ALEXA_HOME": str(root)})
    catalogue = load_catalogue(settings, paths)
    house = House(
        settings, catalogue, Store(":memory:"), load_household(household, paths.cache),
        build_cascade(settings, paths), TZ, run_handler, provide_list,
    )  # fmt: skip
    return Place(Assistant(house), Tracer(catalogue), paths)


def asked_about(place: Place, plan: Plan) -> list[Call]:
    """Return the calls that a guard doubts."""
    return [call for call in plan.calls if call.doubt]


def unasked(place: Place, plan: Plan) -> list[Call]:
    """Return the calls with an effect that would run without a yes."""
    found = []
    for call in plan.calls:
        api = place.catalogue.find(call.expert, call.api)
        if api is None or api.run is None or api.effect is Effect.READ:
            continue
        if not needs_confirmation(call, place.catalogue):
            found.append(call)
    return found


async def shipped(place: Place, suites: Iterable[Path], *, verbose: bool) -> tuple[int, int, int]:
    """Return how many planned cases there are, how many would ask, and how many did not resolve."""
    total = asks = unread = 0
    times = []
    for path in suites:
        for case in load_suite(path).cases:
            place.assistant.house = replace(place.assistant.house, store=Store(":memory:"))
            conversation = f"{path.parent.name}-{case.id}"
            for number, turn in enumerate(case.turns):
                calls = turn.expected.calls
                if calls and all(call.api for call in calls) and not turn.expected.asks:
                    request = place.request(turn.say, conversation)
                    planned = place.plan(
                        request,
                        [{"expert": c.expert, "api": c.api, "arguments": dict(c.arguments or {})}
                         for c in calls], Basis(),
                    )  # fmt: skip
                    if isinstance(planned, str):
                        unread += 1
                        if verbose:
                            print(f"  - {case.id}: {turn.say!r}: {planned}")
                    else:
                        total += 1
                        start = time.perf_counter()
                        planned = place.tracer.doubts(request, planned)
                        times.append(time.perf_counter() - start)
                        if doubted := asked_about(place, planned):
                            asks += 1
                            if verbose:
                                why = "; ".join(f"{c.name}: {c.doubt}" for c in doubted)
                                print(f"  ? {case.id}: {turn.say!r}: {why}")
                if number + 1 < len(case.turns):
                    await place.say(turn.say, conversation)
    if times:
        print(f"  one check: median {1e3 * median(times):.2f} ms, most {1e3 * max(times):.1f} ms")
    return total, asks, unread


async def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--verbose", action="store_true", help="show every case that asks")
    parser.add_argument("--suite", type=Path, action="append", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        place = settle(Settings(), root)
        suites = options.suite or sorted((REPO / "experts").glob("*/cases.jsonl"))
        total, asks, unread = await shipped(place, suites, verbose=options.verbose)
        print(f"shipped cases: {asks} of {total} would ask ({asks / max(1, total):.1%}); "
              f"{unread} did not resolve")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
