"""A bench for acting: experts written to disk, run by the real handlers, stopped at gates.

The handlers of ``toys`` and ``others`` keep their state in the real store. A test closes a gate
for a label; a call with this label stops there until the test opens it, so that every interleaving
is the test's own choice and no test waits for time to pass.
"""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.act.call import run_handler_once
from alexa_cli.act.execute import execute
from alexa_cli.act.world import World
from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.compiling import compile_experts
from alexa_cli.catalog.context import HandlerContext, Lists
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store
from alexa_cli.trace.record import Recorder
from alexa_cli.turn import Acted, Argument, Call, Plan, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from alexa_cli.act.world import Emit
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Event, Outcome

PATIENCE = 60.0
"""Seconds until what does not come is a failure."""
TOYS = """\
name: {name}
description: Toys that remember where they were put.
apis:
  look:
    description: Look at a toy.
    effect: read
    parameters: {{toy: {{type: string}}, label: {{type: string, default: ""}}}}
    required: [toy]
    run: {{python: "toys:look"}}
  put:
    description: Put a toy somewhere.
    effect: reversible
    undo: put_back
    parameters:
      toy: {{type: string}}
      place: {{type: string}}
      label: {{type: string, default: ""}}
    required: [toy, place]
    run: {{python: "toys:put"}}
  slide:
    description: Slide a toy somewhere, which is quickly taken back.
    effect: reversible
    speculate: true
    undo: put_back
    parameters:
      toy: {{type: string}}
      place: {{type: string}}
      label: {{type: string, default: ""}}
    required: [toy, place]
    run: {{python: "toys:put"}}
  put_back:
    description: Put a toy back where it was.
    effect: idempotent
    parameters: {{toy: {{type: string}}, was: {{type: string}}}}
    required: [toy]
    run: {{python: "toys:put_back"}}
  break_it:
    description: Break a toy.
    effect: irreversible
    parameters: {{toy: {{type: string}}, label: {{type: string, default: ""}}}}
    required: [toy]
    examples: ["break the [teddy](toy)"]
    run: {{python: "toys:break_it"}}
  ring:
    description: Ring a bell that nobody can unring.
    effect: idempotent
    parameters: {{label: {{type: string, default: ""}}}}
    run: {{python: "toys:ring"}}
  raises:
    description: Raise something.
    effect: read
    parameters: {{what: {{type: string}}}}
    run: {{python: "toys:raises"}}
  rubbish:
    description: Return what is no JSON.
    effect: read
    run: {{python: "toys:rubbish"}}
  says:
    description: Tell the house something.
    effect: read
    parameters: {{label: {{type: string, default: ""}}}}
    run: {{python: "toys:says"}}
  dream:
    description: Nothing that anybody can run.
{more}"""
STEPS = """\
  tidy:
    description: Put two toys into one box.
    parameters:
      one: {type: string}
      two: {type: string}
      box: {type: string}
      label: {type: string}
    required: [one, box]
    run:
      steps:
        - {call: others.put, arguments: {toy: $one, place: $box, label: $label}}
        - {call: put, arguments: {toy: $two, place: "$1.place"}}
  both:
    description: Put a toy of the others away, then one of ours.
    parameters: {label: {type: string}}
    run:
      steps:
        - {call: others.put, arguments: {toy: ball, place: box, label: $label}}
        - {call: put, arguments: {toy: bear, place: box}}
"""
NOTES = """\
name: notes
description: Notes.
apis:
  write:
    description: Write a note.
    effect: reversible
    undo: {api: tear, arguments: {id: $outcome.made.id, text: $text, how: $to.how}}
    parameters: {text: {type: string}, to: {type: string}}
    required: [text]
    run: {python: "toys:ring"}
  tear:
    description: Tear a note.
    effect: idempotent
    parameters: {id: {type: string}, text: {type: string}, how: {type: string, default: all}}
    required: [id]
    run: {python: "toys:ring"}
"""
PYTHON = """
import asyncio
from alexa_cli.catalog import Result


async def _pass(context, label):
    await context.store.bench.enter(label)


async def look(toy, context, label=""):
    await _pass(context, label)
    return {"toy": toy, "place": context.store.get(toy, "box")}


async def put(toy, place, context, label=""):
    await _pass(context, label)
    with context.store.transaction():
        was = context.store.get(toy)
        context.store.set(toy, place)
    context.store.bench.done.append((context.store.expert, toy, place))
    return Result({"toy": toy, "place": place, **({} if was is None else {"was": was})})


def put_back(toy, context, was=None):
    if toy == "glue":
        raise RuntimeError("it sticks")
    if was is None:
        context.store.delete(toy)
    else:
        context.store.set(toy, was)
    context.store.bench.done.append((context.store.expert, toy, was))
    return {"toy": toy}


async def break_it(toy, context, label=""):
    await _pass(context, label)
    context.store.set(toy, "broken")
    context.store.bench.done.append((context.store.expert, toy, "broken"))


async def ring(context, label=""):
    await _pass(context, label)
    context.store.bench.done.append((context.store.expert, "bell", label))


async def raises(what):
    if what == "exit":
        raise SystemExit(3)
    if what == "escape":
        raise ValueError("\\x1b[31mred\\nand a second line")
    if what == "cancel":
        raise asyncio.CancelledError
    raise KeyError(what)


async def rubbish():
    return object()


async def says(context, label=""):
    context.emit("early", label=label)
    await _pass(context, label)
    context.emit("late", label=label)
"""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run ``async def`` tests, each on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    asyncio.run(pyfuncitem.obj(**arguments))
    return True


class BenchStore(ExpertStore):
    """An expert's store that also leads its handlers to the bench."""

    def __init__(self, bench: Bench, expert: str) -> None:
        super().__init__(bench.store, expert)
        self.bench, self.expert = bench, expert


@dataclass
class Bench:
    """The world of a test."""

    catalogue: Catalogue
    store: Store
    recorder: Recorder = field(default_factory=Recorder)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    """Labels of the calls whose handlers began, in order."""
    done: list[tuple[str, str, Any]] = field(default_factory=list)
    """Effects that happened: expert, toy, place."""
    events: list[Event] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something began or was told."""
    hurried: set[str] = field(default_factory=set)
    """Labels of the calls that have 0.05 seconds; the others have all that a slow machine needs."""
    turn_ends: float | None = None
    loop: asyncio.AbstractEventLoop | None = None
    """The test's. Handlers run on loops of their own, gates and the log are this one's."""

    def world(self) -> World:
        return World(
            self.catalogue,
            run_handler,
            self.context,
            recorder=self.recorder,
            clock=self.recorder.now,
            call_seconds=PATIENCE,
            turn_ends=self.turn_ends,
            grace=0.05,
        )

    def context(self, expert: Expert, emit: Emit) -> HandlerContext:
        self.loop = asyncio.get_running_loop()
        return HandlerContext(
            now=datetime(2026, 11, 21, 12, tzinfo=UTC),
            tz="UTC",
            language="en",
            household=Lists(expert.name, {}),
            store=BenchStore(self, expert.name),
            conversation="c",
            speaker=None,
            emit=lambda name, **data: emit(name, data),
            notify=None,  # type: ignore[arg-type]  # toys notify nobody
        )

    def close(self, *labels: str) -> None:
        """Calls with these labels stop at their gate."""
        for label in labels:
            self.gates[label] = asyncio.Event()

    def open(self, *labels: str) -> None:
        for label in labels:
            self.gates[label].set()

    async def until(self, met: Callable[[], bool]) -> None:
        """Let the loop turn until something is so; a test that waits in vain fails."""
        async with asyncio.timeout(PATIENCE):
            while not met():
                self.changed.clear()
                await self.changed.wait()

    async def turn(self, times: int = 10) -> None:
        """Let the loop turn a few times, so that what was asked for is under way."""
        for _ in range(times):
            await asyncio.sleep(0)

    async def enter(self, label: str) -> None:
        """Note that a handler began, and hold it at its gate. Called on the handler's loop."""
        assert self.loop is not None
        passing = asyncio.run_coroutine_threadsafe(self._passed(label), self.loop)
        await asyncio.wrap_future(passing)

    async def _passed(self, label: str) -> None:
        self.log.append(label)
        self.changed.set()
        if (gate := self.gates.get(label)) is not None:
            await gate.wait()

    def told(self, event: Event) -> None:
        self.events.append(event)
        self.changed.set()

    async def began(self, *labels: str) -> None:
        await self.until(lambda: set(labels) <= set(self.log))

    @staticmethod
    def call(name: str, one: str = "1", after: tuple[str, ...] = (), /, **arguments: Any) -> Call:
        """``bench.call("toys.put", "2", toy="$1.toy")``: what looks like a pointer is one."""
        expert, _, api = name.partition(".")
        made = {
            key: Argument(pointer=value)
            if isinstance(value, str) and value.startswith("$")
            else Argument(value=value)
            for key, value in arguments.items()
        }
        return Call(expert, api, made, one, after)

    async def run(self, *calls: Call, **options: Any) -> list[Outcome]:
        """Execute calls as a plan; outcomes in the order in which they ended."""
        async for event in execute(Plan(calls), self.world(), **options):
            self.told(event)
        return self.outcomes

    @property
    def outcomes(self) -> list[Outcome]:
        return [event.outcome for event in self.events if isinstance(event, Acted)]

    @property
    def started(self) -> list[str]:
        return [event.call.id for event in self.events if isinstance(event, Started)]

    def status(self) -> dict[str, str]:
        return {outcome.call.id: outcome.status for outcome in self.outcomes}

    def error(self, one: str) -> str:
        (found,) = [each.error for each in self.outcomes if each.call.id == one]
        assert found is not None
        return found

    def state(self, expert: str = "toys") -> dict[str, Any]:
        return dict(ExpertStore(self.store, expert).items())


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Two experts of the same make, ``toys`` and ``others``; ``toys.tidy`` is made of steps."""
    folder = tmp_path_factory.mktemp("experts")
    for name, more in (("toys", STEPS), ("others", "")):
        write_expert(folder / name, TOYS.format(name=name, more=more), PYTHON)
    experts = {name: build_folder(folder / name).usable() for name in ("toys", "others")}
    return compile_experts(experts, language="en")


@pytest.fixture(scope="session")
def declared_undo(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """One expert whose undo declares its arguments."""
    folder = tmp_path_factory.mktemp("notes") / "notes"
    write_expert(folder, NOTES, PYTHON)
    return compile_experts({"notes": build_folder(folder).usable()})


def write_expert(folder: Path, declaration: str, python: str) -> None:
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(declaration, encoding="utf-8")
    (folder / "toys.py").write_text(python, encoding="utf-8")


@pytest.fixture
def bench(toys: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A fresh world, its store in memory."""
    store = Store(":memory:")
    made = Bench(toys, store)

    async def once(call: Call, api: Api, world: World, emit: Emit) -> Outcome:
        label = call.arguments.get("label")
        if label is not None and label.value in made.hurried:
            world = replace(world, call_seconds=0.05)
        return await run_handler_once(call, api, world, emit)

    monkeypatch.setattr("alexa_cli.act.execution.run_handler_once", once)
    yield made
    store.close()
