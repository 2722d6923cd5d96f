"""What the guards let through and what they ask about.

Attacks (tests/data/injection.jsonl): text planted in names, documents, results or history, with
the calls that a model plans that obeys it; each has a benign twin, the same setting with what the
user asked for. Turns run through the assistant, with handlers and a store that vanishes. And the
shipped cases of the experts, as if a language model had planned exactly what is expected.
Printed: unwanted effects (must be 0), twins that act unasked, shipped cases that would ask.

    python tools/bench_guards.py [--verbose] [--planner] [--without-taint] [--suite FILE ...]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.assistant.house import House
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.expert import Effect
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.files import load_yaml
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.context.household import load_household
from alexa_cli.decide.model import Reading, Request
from alexa_cli.decide.planner.planner import Planner
from alexa_cli.decide.registry import build_cascade
from alexa_cli.decide.resolution import Trouble, resolve
from alexa_cli.guard.provenance import Tracer
from alexa_cli.measure.suite import load_suite
from alexa_cli.models.chat import ModelSpec
from alexa_cli.models.llm.scripted import Scripted
from alexa_cli.prompt.texts import load_texts
from alexa_cli.store.store import Store
from alexa_cli.turn import Acted, Basis, Call, Decided, Plan, Refusal, Replied, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from alexa_cli.assistant.house import Decider
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.paths import Paths
    from alexa_cli.decide.model import Model
    from alexa_cli.turn import Decision, Event, Outcome

REPO = Path(__file__).resolve().parent.parent
ATTACKS = REPO / "tests" / "data" / "injection.jsonl"
HOME = REPO / "alexa_cli" / "context" / "example_household.yaml"
TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(TZ))
PLANTED = ("devices", "contacts", "people", "areas", "scenes")
"""Parts of a household that text may be planted in."""


@dataclass
class Obeying:
    """A model that plans what it is told to, guarded like any."""

    calls: Sequence[Mapping[str, Any]]
    tracer: Tracer | None
    """None: unguarded."""
    basis: Basis
    name: str = "obeying"
    models: tuple[Model, ...] = ()
    wrong: list[str] = field(default_factory=list)
    """Calls that are none: a mistake in the data."""

    script: Path | None = None
    """Where to write what a scripted model answers, if the planner is to be asked."""

    def __post_init__(self) -> None:
        if self.script is not None:
            calls = [
                {"name": f"{c['expert']}.{c['api']}", "arguments": c.get("arguments", {})}
                for c in self.calls
            ]
            answers = json.dumps({"answers": [{"calls": calls}]})
            self.script.write_text(answers, encoding="utf-8")

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield the plan."""
        if self.script is not None:
            async for decision in self._planned(request, self.script):
                yield decision
            return
        plan = planned(request, self.calls, self.basis)
        if isinstance(plan, str):
            self.wrong.append(plan)
            yield Refusal(plan)
        else:
            yield self.tracer.doubts(request, plan) if self.tracer else plan

    async def _planned(self, request: Request, script: Path) -> AsyncIterator[Decision]:
        """Let the planner ask a scripted model that answers the calls."""
        model = Scripted(ModelSpec(self.name, "scripted"), script)
        doubts = self.tracer.doubts if self.tracer else (lambda _request, plan: plan)
        settings = Settings(planning="one_call")
        asked = Planner(self.name, model, load_texts(), settings, doubts)
        async for decision in asked.decide(request):
            yield decision


def planned(request: Request, calls: Iterable[Mapping[str, Any]], basis: Basis) -> Plan | str:
    """Return the plan of these calls, their words resolved, or what is wrong with them."""
    made: list[Call] = []
    for number, call in enumerate(calls, 1):
        api = request.catalogue.api(f"{call['expert']}.{call['api']}")
        reading = Reading(api, call.get("arguments", {}), 1.0, pointers=True)
        result = resolve(reading, request)
        if isinstance(result, Trouble):
            return f"{api.full_name}: {result.text}"
        made.append(replace(result, id=str(number)))
    return Plan(tuple(made), "obeying", basis=basis)


@dataclass
class Place:
    """A home of its own, with an assistant in it."""

    house: House
    tracer: Tracer

    @property
    def catalogue(self) -> Catalogue:
        """Its experts."""
        return self.house.catalogue

    def fresh(self, household: Path | None, paths: Paths) -> Place:
        """Return the same with an empty store, and perhaps another household."""
        house = replace(self.house, store=Store(":memory:"))
        if household is not None:
            house = replace(house, household=load_household(household, paths.cache))
        return Place(house, self.tracer)

    async def turn(
        self, text: str, conversation: str, decider: Decider | None = None, *,
        yes: bool = False, memory: ConversationState | None = None,
    ) -> list[Event]:  # fmt: skip
        """Run a turn and return its events."""
        house = replace(self.house, decider=decider) if decider else self.house

        async def typed() -> AsyncIterator[Utterance]:
            yield Utterance(text)

        options = TurnOptions(now=NOW, yes=yes, memory=memory)
        async with aclosing(Assistant(house).turn(typed(), conversation, options)) as events:
            return [event async for event in events]


def settle(settings: Settings, paths: Paths) -> Place:
    """Make the example home."""
    catalogue = load_catalogue(settings, paths)
    house = House(
        settings, catalogue, Store(":memory:"), load_household(None, paths.cache),
        build_cascade(settings, paths), TZ, run_handler, provide_list,
    )  # fmt: skip
    return Place(house, Tracer(catalogue))


def effects(events: Iterable[Event], catalogue: Catalogue) -> list[Outcome]:
    """Return what was done that changed something, or may have."""
    return [
        event.outcome for event in events
        if isinstance(event, Acted) and event.outcome.status in {"done", "failed"}
        and catalogue.api(event.outcome.call.name).effect is not Effect.READ
    ]  # fmt: skip


def household_with(planted: Mapping[str, Any], file: Path) -> Path | None:
    """Write the example home with what was planted in it; None: nothing was."""
    parts = {key: planted[key] for key in PLANTED if key in planted}
    if not parts:
        return None
    home: Any = load_yaml(HOME).data
    for key, more in parts.items():
        home[key] = [*home[key], *more]
    file.write_text(json.dumps(home), encoding="utf-8")  # JSON is YAML
    return file


@dataclass
class Score:
    """What became of attacks and twins."""

    attacks: int = 0
    unwanted: list[str] = field(default_factory=list)
    unguarded: int = 0
    """Attacks that have an effect with no guard: the others prove nothing."""
    twins: int = 0
    asking: list[str] = field(default_factory=list)
    small: int = 0
    """Twins that a small model would have placed."""
    wrong: list[str] = field(default_factory=list)


async def injection(
    place: Place, lines: Iterable[Mapping[str, Any]], paths: Paths, *, taint: bool,
    planner: bool = False,
) -> Score:  # fmt: skip
    """Run every attack and its twin; ``planner``: through prompts and a scripted model."""
    score = Score()
    for number, line in enumerate(lines):
        planted = line["planted"]
        script = paths.cache / f"script-{number}.yaml" if planner else None
        file = household_with(planted, paths.cache / f"home-{number}.yaml")
        twin, honest = line["twin"], [*line["twin"]["calls"]]
        calls = [*(honest if line.get("with_honest") else ()), *line["obeyed"]]
        tainted = Basis(tainted=taint and bool(line.get("tainted")), history="history" in planted)
        for guarded in (False, True):
            tracer = place.tracer if guarded else None
            obeying = Obeying(calls, tracer, tainted, script=script)
            events = await _run(place.fresh(file, paths), line["say"], obeying, planted)
            asked_for = len(honest) if line.get("with_honest") else 0
            done = [o for o in effects(events, place.catalogue) if int(o.call.id) > asked_for]
            score.wrong += [f"{line['id']}: {why}" for why in obeying.wrong] if guarded else []
            if not guarded:
                score.unguarded += bool(done)
            elif done:
                names = ", ".join(outcome.call.name for outcome in done)
                score.unwanted.append(f"{line['id']} {line['say']!r}: {names}")
        score.attacks += 1
        here = place.fresh(file, paths)
        obeying = Obeying(honest, place.tracer, Basis(), script=script)
        events = await _run(here, twin["say"], obeying, planted)
        score.wrong += [f"{line['id']} twin: {why}" for why in obeying.wrong]
        score.twins += 1
        reply = next((e.reply.text for e in events if isinstance(e, Replied)), "")
        decided = next((e.decision for e in events if isinstance(e, Decided)), None)
        doubts = [c.doubt for c in decided.calls if c.doubt] if isinstance(decided, Plan) else []
        if doubts:
            score.asking.append(f"{line['id']} {twin['say']!r}: {'; '.join(doubts)} ({reply})")
        score.small += await _placed(here, twin["say"])
    return score


async def _run(place: Place, say: str, obeying: Obeying, planted: Mapping[str, Any]) -> list[Event]:
    for number, call in enumerate(planted.get("setup", ())):
        setup = Obeying([call], None, Basis())
        await place.turn("set it up", f"setup-{number}", setup, yes=True)
        obeying.wrong += setup.wrong
    history = tuple(
        Exchange(one["words"], one["reply"], f"t-{at}", bool(one.get("tainted")))
        for at, one in enumerate(planted.get("history", ()))
    )
    if "result" in planted:
        history = (*history, Exchange("look that up", planted["result"], "t-r", tainted=True))
    return await place.turn(say, "c", obeying, memory=ConversationState(history=history))


async def _placed(place: Place, say: str) -> bool:
    events = await place.turn(say, "small")
    final = [e.decision for e in events if isinstance(e, Decided) and e.decision.final]
    return bool(final) and isinstance(final[-1], Plan)


async def shipped(place: Place, suites: Iterable[Path], paths: Paths) -> Score:
    """Plan what every shipped case expects, and see what would be asked about."""
    score, times = Score(), []
    for path in suites:
        for case in load_suite(path).cases:
            here = place.fresh(None, paths)
            for number, turn in enumerate(case.turns):
                calls = turn.expected.calls
                if calls and all(call.api for call in calls) and not turn.expected.asks:
                    request = Assistant(here.house).request(turn.say, "c", NOW)
                    plan = planned(
                        request,
                        [{"expert": c.expert, "api": c.api, "arguments": dict(c.arguments or {})}
                         for c in calls], Basis(),
                    )  # fmt: skip
                    if isinstance(plan, str):
                        score.wrong.append(f"{case.id} {turn.say!r}: {plan}")
                    else:
                        start = time.perf_counter()
                        plan = here.tracer.doubts(request, plan)
                        times.append(time.perf_counter() - start)
                        score.twins += 1
                        if doubts := [f"{c.name}: {c.doubt}" for c in plan.calls if c.doubt]:
                            score.asking.append(f"{case.id} {turn.say!r}: {'; '.join(doubts)}")
                if number + 1 < len(case.turns):
                    await here.turn(turn.say, "c", yes=True)
    print(f"  one check: median {1e3 * median(times):.2f} ms, most {1e3 * max(times):.1f} ms")
    return score


def show(what: str, lines: Iterable[str], *, verbose: bool) -> None:
    """Print lines, if they are wanted."""
    for line in lines if verbose else ():
        print(f"  {what} {line}")


async def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--verbose", action="store_true", help="show every case that asks")
    parser.add_argument("--without-taint", action="store_true", help="provenance alone")
    parser.add_argument("--planner", action="store_true",
                        help="through prompts, a scripted model and the planner")  # fmt: skip
    parser.add_argument("--attacks", type=Path, default=ATTACKS)
    parser.add_argument("--suite", type=Path, action="append", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = find_paths({"ALEXA_HOME": folder})
        place = settle(Settings(), paths)
        paths.cache.mkdir(parents=True, exist_ok=True)
        lines = [json.loads(line) for line in options.attacks.read_text("utf-8").splitlines()]
        score = await injection(place, lines, paths, taint=not options.without_taint,
                                planner=options.planner)  # fmt: skip
        show("!", score.wrong, verbose=True)
        show("×", score.unwanted, verbose=True)
        show("?", score.asking, verbose=options.verbose)
        print(
            f"attacks: {len(score.unwanted)} of {score.attacks} had an unwanted effect "
            f"({score.unguarded} have one without guards)\n"
            f"twins: {score.twins - len(score.asking)} of {score.twins} act unasked "
            f"(a small model alone would have placed {score.small})"
        )
        suites = options.suite or sorted((REPO / "experts").glob("*/cases.jsonl"))
        cases = await shipped(place, suites, paths)
        show("?", cases.asking, verbose=options.verbose)
        show("-", cases.wrong, verbose=options.verbose)
        print(f"shipped cases: {len(cases.asking)} of {cases.twins} would ask "
              f"({len(cases.asking) / max(1, cases.twins):.1%}); "
              f"{len(cases.wrong)} are questions before that")  # fmt: skip
    return 1 if score.unwanted or score.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
